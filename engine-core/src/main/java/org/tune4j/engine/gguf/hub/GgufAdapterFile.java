package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.gguf.GgufTensorToWrite;
import org.tune4j.engine.gguf.GgufType;
import org.tune4j.engine.gguf.GgufValue;
import org.tune4j.engine.gguf.GgufWriter;

/**
 * A LoRA adapter on its way into a GGUF file: {@code <tensor>.lora_a} and {@code <tensor>.lora_b}
 * in F32, rows in the order of the base's file. Source: llama.cpp's {@code convert_lora_to_gguf}.
 */
public final class GgufAdapterFile {
  private final Family family;
  private final TensorNames names;
  private final List<GgufTensorToWrite> tensors = new ArrayList<>();

  /**
   * @param file the base's {@code config.json}, for errors
   * @param content its content
   * @throws org.tune4j.engine.ModelFormatException if its family is not written
   */
  public GgufAdapterFile(Path file, JsonNode content) {
    HubConfig config = new HubConfig(file, content);
    this.family = Families.writing(config);
    this.names = family.names(config);
  }

  /**
   * Adds the update of a module.
   *
   * @param module its path on the hub
   * @param a {@code [rank, inputs]}
   * @param b {@code [outputs, rank]}
   * @throws ConfigException if a file has the module's matrix split or stacked with others
   */
  public void add(String module, HubTensor a, HubTensor b) {
    Place place =
        names
            .place(module + ".weight")
            .filter(found -> found.slices() == 0 && !(found.form() instanceof Form.KeysAndValues))
            .orElseThrow(
                () ->
                    new ConfigException(
                        module
                            + ": GGUF adapters have no place for it; merge the adapter and export the"
                            + " model"));
    add(place.tensor() + ".lora_a", a, Form.SAME);
    add(place.tensor() + ".lora_b", b, place.form());
  }

  private void add(String name, HubTensor tensor, Form form) {
    int columns = tensor.rowElements();
    long size = form.groupRows(tensor) * columns;
    GroupedNumbers numbers =
        new GroupedNumbers(
            size,
            group -> {
              long first = group * size;
              float[] read = new float[(int) Math.min(size, tensor.elements() - first)];
              tensor.numbers().read(first, FloatBuffer.wrap(read));
              return form.toGguf(read, columns);
            });
    tensors.add(GgufTensorToWrite.encoded(name, GgufType.F32, tensor.sizes(), numbers));
  }

  /**
   * The bytes of the file.
   *
   * @param file its name, for errors
   * @param alpha an update is multiplied with this divided by its rank
   */
  public AtomicFile.Content content(Path file, double alpha) {
    Map<String, GgufValue> metadata = new LinkedHashMap<>();
    metadata.put("general.architecture", GgufValue.text(family.architecture()));
    metadata.put("general.type", GgufValue.text("adapter"));
    metadata.put("adapter.type", GgufValue.text("lora"));
    metadata.put("adapter.lora.alpha", GgufValue.float32((float) alpha));
    metadata.put("general.file_type", GgufValue.uint32(Precision.F32.fileType()));
    return GgufWriter.content(file, metadata, tensors);
  }
}
