package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.prefix.PrefixTuningConfig;
import org.tune4j.prefix.PromptEncoderConfig;
import org.tune4j.prefix.PromptLearning;
import org.tune4j.prefix.PromptLearningConfig;

/** Checks the cases of {@code goldens/train} that learn virtual tokens, against PEFT. */
final class PromptConformance {
  static final Set<String> METHODS =
      Set.of("prefix", "prefix_projection", "p_tuning", "prompt_tuning");
  private static final String NAMES = "prompt_encoder.";
  private final Path folder;
  private final TrainConformance training;

  /**
   * @param training the same case's optimizer, batches and comparisons
   */
  PromptConformance(Path folder, TrainConformance training) {
    this.folder = folder;
    this.training = training;
  }

  void check() {
    try (CausalLm base = CausalLm.load(training.base(), DType.FLOAT32);
        BoundModel bare = new BoundModel(base, null, null);
        PromptLearning learned = start(base)) {
      training.probe("logits_before", learned.model());
      training.train(base, learned.model(), learned.weights());
      training.probe("logits_after", learned.model());
      training.compareAdapter(saved -> learned.save(saved, "base"));
      try (PromptLearning theirs = PromptLearning.load(base, folder.resolve("adapter_final"))) {
        training.probe("logits_after", theirs.model());
      }
    }
  }

  /** PEFT's file lacks the layers over the vectors; they lie beside it. */
  private PromptLearning start(CausalLm base) {
    Path encoder = folder.resolve("prompt_encoder_init.safetensors");
    if (!Files.exists(encoder)) {
      return PromptLearning.load(base, folder.resolve("adapter_init"));
    }
    PromptLearning learned = PromptLearning.create(base, config(), 1);
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

  private PromptLearningConfig config() {
    JsonNode h = training.golden.get("hyperparameters");
    int tokens = h.get("num_virtual_tokens").asInt();
    int hidden = h.get("encoder_hidden_size").asInt();
    return h.has("prefix_projection")
        ? new PrefixTuningConfig(tokens, true, hidden, false)
        : new PromptEncoderConfig(tokens, hidden);
  }
}
