package org.tune4j.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tokenize.ByteTokenizer;

/** Checkpoint folders of small random models, and rows to train them on. */
public final class SmallModels {
  private SmallModels() {}

  /** Writes config.json, model.safetensors and a byte tokenizer. */
  public static Path write(Path folder, String modelType) throws IOException {
    Files.createDirectories(folder);
    ByteTokenizer.write(folder, false);
    String config =
        """
        {"architectures": ["%s"], "model_type": "%s", "vocab_size": 260, "hidden_size": 32,
         "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4,
         "num_key_value_heads": 2, "eos_token_id": 257}
        """
            .formatted(
                modelType.equals("llama") ? "LlamaForCausalLM" : "GPTNeoXForCausalLM", modelType);
    Files.writeString(folder.resolve("config.json"), config);
    Architecture architecture =
        Architectures.describe(folder.resolve("config.json"), new ObjectMapper().readTree(config));
    List<TensorToWrite> tensors = new ArrayList<>();
    for (TensorSlot slot : architecture.slots()) {
      for (TensorSlot.Part part : slot.parts()) {
        float mean = part.shape().size() == 1 && part.name().endsWith("norm.weight") ? 1 : 0;
        tensors.add(
            new TensorToWrite(
                part.name(),
                StoredType.F32,
                part.sizes(),
                (offset, into) -> {
                  Random random = new Random(part.name().hashCode() + offset);
                  while (into.hasRemaining()) {
                    into.putFloat((float) (mean + 0.1 * random.nextGaussian()));
                  }
                }));
      }
    }
    SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of("format", "pt"), tensors);
    return folder;
  }

  /** Rows with prompt and completion. */
  static Path rows(Path file, int count) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      char letter = (char) ('a' + i % 5);
      text.append(
          "{\"prompt\": \"say %s%s:\", \"completion\": \" %s!\"}\n"
              .formatted(letter, "x".repeat(i % 4), letter));
    }
    return Files.writeString(file, text);
  }
}
