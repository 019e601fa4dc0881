package org.tune4j.lora;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.PeftKeys;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.TensorFile;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.report.ModelCard;
import org.tune4j.engine.train.Versions;

/**
 * A LoRA adapter on a model: what it is, its weights, and the model as it computes with them. The
 * base is never changed: use it, or bind it anew, and the base's numbers come back exactly.
 */
public final class Lora implements AutoCloseable {
  private final CausalLm base;
  private final LoraAdapter adapter;
  private final TrainableTensors weights;
  private final BoundModel model;

  private Lora(CausalLm base, LoraAdapter adapter, List<Trainable> besides) {
    this.base = base;
    this.adapter = adapter;
    List<Trainable> all = new ArrayList<>(adapter.parameters());
    all.addAll(adapter.trainedWeights());
    all.addAll(besides);
    this.weights = new TrainableTensors(all, base.dtype(), base.scope());
    TrainableWeights.copyFrom(base, weights);
    this.model = new BoundModel(base, adapter, weights);
  }

  /**
   * A new adapter at its starting values.
   *
   * @param seed what the starting values are a function of
   */
  public static Lora create(CausalLm base, LoraConfig config, long seed) {
    return create(base, config, seed, List.of());
  }

  /**
   * A new adapter at its starting values.
   *
   * @param besides what is trained with it and belongs to no adapter
   */
  static Lora create(CausalLm base, LoraConfig config, long seed, List<Trainable> besides) {
    Lora lora = new Lora(base, new LoraAdapter(config, base.architecture()), besides);
    try {
      TrainableWeights.begin(lora.adapter, lora.weights, seed);
      return lora;
    } catch (RuntimeException e) {
      lora.close();
      throw e;
    }
  }

  /**
   * Loads an adapter that PEFT or {@link #save} wrote.
   *
   * @throws ModelFormatException if one of its files is not valid, does not fit the base, or holds
   *     a number that is not finite
   */
  public static Lora load(CausalLm base, Path folder) {
    Path configFile = folder.resolve("adapter_config.json");
    LoraConfig written = LoraConfigJson.read(configFile, PeftFiles.readConfig(folder));
    try (SafetensorsFile stored = PeftFiles.open(folder)) {
      TensorFile file = PerExpertFile.isOne(stored) ? new PerExpertFile(stored) : stored;
      LoraAdapter adapter = adapter(base, configFile, written, file);
      PeftFiles.checkWeights(file, adapter, base.architecture());
      Lora lora = new Lora(base, adapter, List.of());
      try {
        PeftFiles.readWeights(file, lora.adapter, base.architecture(), lora.weights);
        return lora;
      } catch (RuntimeException e) {
        lora.close();
        throw e;
      }
    }
  }

  private static LoraAdapter adapter(
      CausalLm base, Path file, LoraConfig config, TensorFile weights) {
    try {
      return new LoraAdapter(
          weights instanceof PerExpertFile experts ? PerExpertConfig.of(config, experts) : config,
          base.architecture());
    } catch (ConfigException e) {
      throw new ModelFormatException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Writes PEFT's two files, {@code head.json} of a head that the base was given, a model card and
   * a manifest, as a new folder.
   *
   * @param folder is not there yet
   * @param basePath what {@code base_model_name_or_path} says
   * @throws org.tune4j.engine.ConfigException if the folder is there already
   */
  public void save(Path folder, String basePath) {
    AtomicFolder.write(folder, target -> writeTo(target, basePath));
  }

  void writeTo(NewFolder folder, String basePath) throws IOException {
    Map<String, Object> config =
        LoraConfigJson.write(adapter.config(), adapter, basePath, base.architecture());
    PeftFiles.write(folder, config, adapter, base.architecture(), weights);
    if (base.givenHead().isPresent()) {
      base.givenHead().get().writeTo(folder);
    }
    folder.write(ModelCard.FILE, card(config, basePath));
  }

  /** The card that PEFT writes beside its files. */
  private byte[] card(Map<String, Object> config, String basePath) {
    List<String> tags = new ArrayList<>(List.of("lora", "transformers", "tune4j"));
    ModelCard card = new ModelCard("LoRA adapter");
    ModelCard.hubName(basePath)
        .ifPresent(
            name -> {
              card.with("base_model", name);
              tags.add(0, "base_model:adapter:" + name);
            });
    card.with("library_name", "peft");
    if (PeftKeys.taskType(base.architecture()).equals("CAUSAL_LM")) {
      card.with("pipeline_tag", "text-generation");
    }
    Map<String, Object> settings = new LinkedHashMap<>(config);
    settings.keySet().removeAll(List.of("peft_type", "inference_mode", "base_model_name_or_path"));
    return card.with("tags", tags)
        .section("Adapter", settings)
        .section("Versions", Map.of("tune4j", Versions.current().get("tune4j")))
        .bytes();
  }

  public LoraAdapter adapter() {
    return adapter;
  }

  /** Everything that is trained. */
  public TrainableTensors weights() {
    return weights;
  }

  /** The base with the adapter. */
  public BoundModel model() {
    return model;
  }

  public CausalLm base() {
    return base;
  }

  /** PEFT's {@code print_trainable_parameters} line. */
  public String trainableParameters() {
    long trained = weights.parameters();
    long all = base.architecture().parameters() + trained;
    return "trainable params: %,d || all params: %,d || trainable%%: %.4f"
        .formatted(trained, all, 100.0 * trained / all);
  }

  @Override
  public void close() {
    model.close();
    weights.close();
  }
}
