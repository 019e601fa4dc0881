package org.tune4j.examples.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.testdata.DemoFiles;

/** A model folder of any shape: the demo's tokenizer, a configuration, and random weights. */
final class RandomCheckpoint {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RandomCheckpoint() {}

  /**
   * Writes it.
   *
   * @param config the content of {@code config.json}; its vocabulary holds the demo's 2,048 tokens
   */
  static Path write(Path folder, String config) throws IOException {
    DemoFiles.copyBaseTo(folder);
    ObjectNode content = (ObjectNode) JSON.readTree(config);
    JSON.writeValue(folder.resolve("config.json").toFile(), content);
    Architecture architecture = Architectures.read(folder);
    List<TensorToWrite> tensors = new ArrayList<>();
    for (TensorSlot slot : architecture.slots()) {
      for (TensorSlot.Part part : slot.parts()) {
        tensors.add(tensor(part));
      }
    }
    Files.deleteIfExists(folder.resolve("model.safetensors"));
    SafetensorsWriter.write(folder.resolve("model.safetensors"), Map.of("format", "pt"), tensors);
    return folder;
  }

  /** Uniform within 0.04 of 0; a norm's weights within 0.04 of 1. */
  private static TensorToWrite tensor(TensorSlot.Part part) {
    float mean = part.shape().size() == 1 && part.name().endsWith("norm.weight") ? 1 : 0;
    return new TensorToWrite(
        part.name(),
        StoredType.F32,
        part.sizes(),
        (offset, into) -> {
          SplittableRandom random = new SplittableRandom(part.name().hashCode() + offset);
          while (into.hasRemaining()) {
            into.putFloat((float) (mean + random.nextDouble(-0.04, 0.04)));
          }
        });
  }
}
