package org.tune4j.engine.train;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.CheckpointStore;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.Tensor;

/**
 * A run's checkpoints: {@code checkpoint-N} with the exported model or adapter, {@code
 * training_state.safetensors} (masters and optimizer state) and {@code trainer_state.json} (where
 * the run stands and under which configuration).
 */
final class TrainCheckpoints {
  private static final String TENSORS = "training_state.safetensors";
  private static final String STATE = "trainer_state.json";

  /** What may differ when a run goes on: it changes no number. */
  private static final Set<String> FREE =
      Set.of("saveSteps", "saveTotalLimit", "loadBestModelAtEnd");

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(com.fasterxml.jackson.core.json.JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  private final CheckpointStore store;
  private final TrainConfig config;
  private final TrainableTensors weights;
  private final Optimizer optimizer;
  private final ModelExport export;

  TrainCheckpoints(
      CheckpointStore store,
      TrainConfig config,
      TrainableTensors weights,
      Optimizer optimizer,
      ModelExport export) {
    this.store = store;
    this.config = config;
    this.weights = weights;
    this.optimizer = optimizer;
    this.export = export;
  }

  /** What {@code trainer_state.json} holds. */
  private record Saved(TrainState state, JsonNode config) {}

  Path save(TrainState state) {
    Path folder =
        store.write(
            state.step(),
            target -> {
              export.writeTo(target);
              SafetensorsWriter.write(target.resolve(TENSORS), Map.of("format", "pt"), tensors());
              Files.write(
                  target.resolve(STATE),
                  JSON.writeValueAsBytes(new Saved(state, JSON.valueToTree(config))));
            });
    store.deleteOld(config.saveTotalLimit(), state.bestStep());
    return folder;
  }

  private List<TensorToWrite> tensors() {
    List<TensorToWrite> tensors = new ArrayList<>();
    named()
        .forEach(
            (name, tensor) -> tensors.add(StoredTensors.toWrite(name, tensor, tensor.elements())));
    return tensors;
  }

  private Map<String, Tensor> named() {
    Map<String, Tensor> named = new LinkedHashMap<>();
    named.put("weights", weights.flat());
    named.putAll(optimizer.state());
    return named;
  }

  /** Goes on from the newest checkpoint that is whole, if there is one. */
  Optional<TrainState> resume() {
    return store.newestWhole().map(this::load);
  }

  private TrainState load(Path folder) {
    Saved saved = read(folder.resolve(STATE));
    requireSameConfig(folder, saved.config());
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(TENSORS))) {
      named().forEach((name, tensor) -> StoredTensors.fill(tensor, file, name));
    }
    optimizer.restore(saved.state().step());
    weights.refresh();
    return saved.state();
  }

  /** Takes the weights, and nothing else, of the checkpoint after an update. */
  void loadWeights(long step) {
    Path folder = store.verified(step);
    try (SafetensorsFile file = SafetensorsFile.open(folder.resolve(TENSORS))) {
      StoredTensors.fill(weights.flat(), file, "weights");
    }
    weights.refresh();
  }

  private void requireSameConfig(Path folder, JsonNode saved) {
    JsonNode now = JSON.valueToTree(config);
    Set<String> keys = new TreeSet<>();
    saved.fieldNames().forEachRemaining(keys::add);
    now.fieldNames().forEachRemaining(keys::add);
    for (String key : keys) {
      // Compared as text: 0.0 read back from a file is another number type than the one in memory.
      if (!FREE.contains(key) && !saved.path(key).toString().equals(now.path(key).toString())) {
        throw new ConfigException(
            "Cannot go on from "
                + folder
                + ": "
                + key
                + " was "
                + saved.path(key)
                + " and is now "
                + now.path(key)
                + "; set it back, or start anew in another folder");
      }
    }
  }

  private static Saved read(Path file) {
    try {
      return JSON.readValue(Files.readAllBytes(file), Saved.class);
    } catch (JacksonException e) {
      throw new ModelFormatException(file + ": not a run's state: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
