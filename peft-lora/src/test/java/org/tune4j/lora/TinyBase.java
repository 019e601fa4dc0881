package org.tune4j.lora;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A small random Llama whose vocabulary is that of the byte tokenizer, and rows to train it on. */
final class TinyBase {
  static final int VOCABULARY = 260;

  private TinyBase() {}

  static CausalLm model(boolean tied) {
    return model("llama", tied, DType.FLOAT32);
  }

  static CausalLm model(String type, boolean tied, DType dtype) {
    return model(architecture(type, tied), dtype);
  }

  static CausalLm model(Architecture architecture, DType dtype) {
    CausalLm model = CausalLm.empty(architecture, dtype);
    Random random = new Random(7);
    for (TensorSlot slot : model.architecture().slots()) {
      boolean norm = slot.shape().size() == 1;
      TensorOps.fill(
          model.weight(slot),
          DType.FLOAT32,
          (offset, into) -> {
            while (into.hasRemaining()) {
              into.putFloat((float) ((norm ? 1 : 0) + 0.1 * random.nextGaussian()));
            }
          });
    }
    return model;
  }

  static Architecture architecture(String type, boolean tied) {
    String config =
        """
        {"model_type": "%s", "vocab_size": %s, "hidden_size": 32, "intermediate_size": 48,
         "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
         "tie_word_embeddings": %b}
        """
            .formatted(type, VOCABULARY, tied);
    try {
      return Architectures.describe(Path.of("config.json"), new ObjectMapper().readTree(config));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Batch batch() {
    Random random = new Random(3);
    List<EncodedExample> examples = new ArrayList<>();
    for (int length : new int[] {9, 6, 4}) {
      int[] ids = random.ints(length, 0, 256).toArray();
      examples.add(new EncodedExample(length, "row", ids, ids.clone()));
    }
    return Batch.of(examples);
  }

  /** The scores of every token of {@link #batch}. */
  static float[] logits(BoundModel model) {
    try (TensorScope work = TensorScope.open()) {
      Batch batch = batch();
      Tensor hidden = model.hidden(model.upload(batch, work), work);
      int[] rows = new int[batch.tokens()];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = i;
      }
      return TensorOps.cast(
              work, model.output().logits(hidden, work.longs(rows), work), DType.FLOAT32)
          .toFloats();
    }
  }

  /** Rows in which the answer is a function of the question. */
  static Path rows(Path file, int count) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      char letter = (char) ('a' + i % 7);
      String more = "x".repeat(i % 5);
      text.append(
          "{\"prompt\": \"say %s%s:\", \"completion\": \" %s!\"}%n"
              .formatted(letter, more, letter));
    }
    return Files.writeString(file, text);
  }
}
