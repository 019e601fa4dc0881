package org.tune4j.lora.algebra;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.tensor.TensorScope;

/** Writes an adapter's two files by hand. */
final class SmallAdapter {
  private final Path folder;
  private final Map<String, String> json = new LinkedHashMap<>();
  private final Map<String, float[]> values = new LinkedHashMap<>();
  private final Map<String, long[]> shapes = new LinkedHashMap<>();

  SmallAdapter(Path folder, int rank) {
    this.folder = folder;
    with("peft_type", "\"LORA\"");
    with("base_model_name_or_path", "\"base\"");
    with("r", String.valueOf(rank));
    with("lora_alpha", String.valueOf(rank));
    with("target_modules", "[\"q_proj\", \"v_proj\", \"w\"]");
  }

  /** Sets a key of the configuration to a JSON value. */
  SmallAdapter with(String key, String value) {
    json.put(key, value);
    return this;
  }

  SmallAdapter tensor(String name, float[] numbers, long... shape) {
    values.put(name, numbers);
    shapes.put(name, shape);
    return this;
  }

  /** An update of random factors. */
  SmallAdapter update(String module, int outputs, int inputs, int rank, long seed) {
    Random random = new Random(seed);
    return update(module, gaussian(random, outputs * rank), gaussian(random, rank * inputs), rank);
  }

  /** An update of these factors. */
  SmallAdapter update(String module, float[] b, float[] a, int rank) {
    String path = "base_model.model." + module;
    tensor(path + ".lora_A.weight", a, rank, a.length / rank);
    return tensor(path + ".lora_B.weight", b, b.length / rank, rank);
  }

  private static float[] gaussian(Random random, int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = (float) random.nextGaussian();
    }
    return numbers;
  }

  Path write() throws IOException {
    Files.createDirectories(folder);
    List<String> fields = new ArrayList<>();
    json.forEach((key, value) -> fields.add("\"" + key + "\": " + value));
    Files.writeString(folder.resolve("adapter_config.json"), "{" + String.join(", ", fields) + "}");
    try (TensorScope scope = TensorScope.open()) {
      List<TensorToWrite> tensors = new ArrayList<>();
      values.forEach(
          (name, numbers) ->
              tensors.add(
                  StoredTensors.toWrite(
                      name, scope.floats(numbers, shapes.get(name)), shapes.get(name))));
      SafetensorsWriter.write(
          folder.resolve("adapter_model.safetensors"), Map.of("format", "pt"), tensors);
    }
    return folder;
  }
}
