package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.prefix.MultitaskPromptTuningConfig;
import org.tune4j.prefix.PrefixTuningConfig;
import org.tune4j.prefix.PromptEncoderConfig;
import org.tune4j.prefix.PromptEncoderConfig.Reparameterization;
import org.tune4j.prefix.PromptLearning;
import org.tune4j.prefix.PromptLearningConfig;

/** Checks the cases of {@code goldens/train} that learn virtual tokens, against PEFT. */
final class PromptConformance {
  private static final String NAMES = "prompt_encoder.";
  private final Path folder;
  private final TrainConformance training;
  private final JsonNode given;

  /**
   * @param training the same case's optimizer, batches and comparisons
   */
  PromptConformance(Path folder, TrainConformance training) {
    this.folder = folder;
    this.training = training;
    this.given = training.golden.get("hyperparameters");
  }

  /** Whether a case learns virtual tokens. */
  static boolean isOf(Path folder) {
    Path init = folder.resolve("adapter_init");
    return PeftFiles.isAdapter(init)
        && PromptLearning.PEFT_TYPES.contains(
            PeftFiles.readConfig(init).path("peft_type").asText());
  }

  void check() {
    try (CausalLm base = CausalLm.load(training.base(), DType.FLOAT32);
        PromptLearning learned = start(base)) {
      int tasks = given.path("num_tasks").asInt(1);
      PromptRows rows = new PromptRows(base.architecture(), tasks);
      probe("logits_before", learned, rows);
      training.train(base, learned.model(), learned.weights(), rows.objective(), rows::batch);
      probe("logits_after", learned, rows);
      training.compareAdapter(saved -> learned.save(saved, "base"));
      try (PromptLearning theirs = PromptLearning.load(base, folder.resolve("adapter_final"))) {
        probe("logits_after", theirs, rows);
      }
    }
  }

  private void probe(String which, PromptLearning learned, PromptRows rows) {
    if (rows.objective() instanceof HeadObjective objective) {
      judge(which, learned.model(), objective, rows);
      return;
    }
    if (rows.tasks() == 1) {
      training.probe(which, learned.model());
      return;
    }
    for (int task = 0; task < rows.tasks(); task++) {
      try (PromptLearning one = learned.ofTask(task)) {
        training.probe(which + "_task_" + task, one.model());
      }
    }
  }

  /** Compares probabilities of labels. */
  private void judge(String which, BoundModel model, HeadObjective objective, PromptRows rows) {
    List<Float> found = new ArrayList<>();
    try (Golden file = Golden.open(training.batches());
        Golden theirs = Golden.open(folder.resolve("probe_logits.safetensors"));
        TensorScope work = TensorScope.open()) {
      for (Batch text : rows.probes(file)) {
        for (float[] row : objective.judge(model, model.upload(text, work)).outputs()) {
          for (float probability : row) {
            found.add(probability);
          }
        }
      }
      float[] wanted =
          theirs.shape(which).length == 3
              ? theirs.realPositions(which, training.probeDocuments())
              : theirs.floats(which);
      float[] ours = new float[found.size()];
      for (int i = 0; i < ours.length; i++) {
        ours[i] = found.get(i);
      }
      training.within(which, Golden.maxAbsDiff(ours, wanted), training.tolerance("logits_abs"));
    }
  }

  private PromptLearning start(CausalLm base) {
    if (given.path("prompt_tuning_init_state_dict_path").isTextual()) {
      return PromptLearning.create(base, target(), 1);
    }
    // PEFT's file lacks the layers over the vectors; they lie beside it.
    Path encoder = folder.resolve("prompt_encoder_init.safetensors");
    if (!Files.exists(encoder)) {
      return PromptLearning.load(base, folder.resolve("adapter_init"));
    }
    PromptLearning learned = PromptLearning.create(base, encoded(), 1);
    try (Golden file = Golden.open(encoder);
        TensorScope work = TensorScope.open()) {
      for (Trainable trainable : learned.adapter().parameters()) {
        TensorSlot slot = trainable.slot();
        TensorOps.copy(
            learned.weights().master(slot),
            work.floats(file.floats(slot.name().substring(NAMES.length())), slot.sizes()));
      }
    }
    learned.weights().refresh();
    return learned;
  }

  private PromptLearningConfig encoded() {
    int tokens = given.get("num_virtual_tokens").asInt();
    int hidden = given.get("encoder_hidden_size").asInt();
    return given.has("prefix_projection")
        ? new PrefixTuningConfig(tokens, true, hidden, false)
        : new PromptEncoderConfig(
            tokens,
            Reparameterization.valueOf(given.path("encoder_reparameterization_type").asText("MLP")),
            hidden,
            List.of());
  }

  /** Begins as what source training gave, by our own reading of it. */
  private PromptLearningConfig target() {
    String init = given.get("prompt_tuning_init").asText();
    return new MultitaskPromptTuningConfig(
        given.get("num_virtual_tokens").asInt(),
        given.get("num_tasks").asInt(),
        given.get("num_ranks").asInt(),
        MultitaskPromptTuningConfig.Init.valueOf(init),
        Optional.of(
            folder.resolveSibling(given.get("prompt_tuning_init_state_dict_path").asText())),
        given.get("prompt_tuning_init_task").asInt(),
        List.of());
  }
}
