package org.tune4j.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.SplitMix64;
import org.tune4j.engine.checkpoint.JsonFields;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.gguf.Half;
import org.tune4j.engine.gguf.hub.GgufModel;

/**
 * Some numbers of a model as its files have them, by which an adapter knows its base again: they
 * stand as {@value #FILE} beside the adapter's files, where PEFT does not look. They do not depend
 * on what is computed in, nor on how weights are held; files in another element type have the same
 * numbers but for rounding.
 *
 * @param tensors what was looked at, in the order of use
 */
public record BaseSample(Map<String, Numbers> tensors) {
  /** The file's name. */
  public static final String FILE = "base.json";

  private static final int MOST_MEBIBYTES = 16;

  /** Of models with more tensors, as many are looked at, evenly. */
  private static final int MOST_TENSORS = 256;

  private static final int NUMBERS = 4;
  private static final JsonMapper JSON = new JsonMapper();

  /** Bits of a number behind its first. */
  private static final Map<StoredType, Integer> FRACTION_BITS =
      Map.of(StoredType.F64, 52, StoredType.F32, 23, StoredType.F16, 10, StoredType.BF16, 7);

  /** Half of the smallest number that fp16 has. */
  private static final double LEAST = 0x1p-25;

  /**
   * Some numbers of a tensor.
   *
   * @param dtype as stored
   * @param shape as stored
   * @param values at places that are a function of the tensor's name and size
   */
  public record Numbers(StoredType dtype, List<Long> shape, List<Double> values) {
    public Numbers {
      shape = List.copyOf(shape);
      values = List.copyOf(values);
    }

    private boolean sameAs(Numbers other) {
      if (!shape.equals(other.shape) || values.size() != other.values.size()) {
        return false;
      }
      boolean exact = dtype == other.dtype;
      double rounding = exact ? 0 : rounding(dtype) + rounding(other.dtype);
      for (int i = 0; i < values.size(); i++) {
        double a = values.get(i);
        double b = other.values.get(i);
        double allowed = rounding * Math.max(Math.abs(a), Math.abs(b)) + (exact ? 0 : LEAST);
        if (!(Math.abs(a - b) <= allowed)) {
          return false;
        }
      }
      return true;
    }

    private static double rounding(StoredType dtype) {
      return Math.scalb(1.0, -FRACTION_BITS.get(dtype) - 1);
    }

    @Override
    public String toString() {
      return dtype + " " + shape + " " + values;
    }
  }

  public BaseSample {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** Looks at a folder's files; empty for those that hold no plain numbers. */
  static Optional<BaseSample> of(Architecture architecture, Path folder) {
    if (GgufModel.isFile(folder)) {
      return Optional.empty();
    }
    List<String> parts =
        architecture.slots().stream()
            .flatMap(slot -> slot.parts().stream().map(TensorSlot.Part::name))
            .toList();
    try (SafetensorsFolder files = SafetensorsFolder.open(folder)) {
      Map<String, String> names = Weights.namesInFile(architecture, files.tensors().keySet());
      Map<String, Numbers> tensors = new LinkedHashMap<>();
      int count = Math.min(parts.size(), MOST_TENSORS);
      for (int i = 0; i < count; i++) {
        String part = parts.get((int) ((long) i * parts.size() / count));
        TensorInfo info = files.tensors().get(names.get(part));
        if (info == null || info.elements() == 0) {
          continue; // Of a head that is drawn, or nothing to look at.
        }
        if (!FRACTION_BITS.containsKey(info.dtype())) {
          return Optional.empty();
        }
        tensors.put(part, numbers(part, info, files));
      }
      return tensors.isEmpty() ? Optional.empty() : Optional.of(new BaseSample(tensors));
    }
  }

  private static Numbers numbers(String part, TensorInfo info, SafetensorsFolder files) {
    List<Double> values = new ArrayList<>();
    int bytes = info.dtype().bits() / Byte.SIZE;
    long place = part.hashCode(); // Specified, so the same everywhere.
    for (int i = 0; i < NUMBERS; i++) {
      place = SplitMix64.next(place);
      ByteBuffer number = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
      files.read(info.name(), Long.remainderUnsigned(place, info.elements()) * bytes, number);
      values.add(value(info.dtype(), number.flip()));
    }
    return new Numbers(info.dtype(), Arrays.stream(info.shape()).boxed().toList(), values);
  }

  private static double value(StoredType dtype, ByteBuffer number) {
    return switch (dtype) {
      case F64 -> number.getDouble();
      case F32 -> number.getFloat();
      case F16 -> Half.get(number.array(), 0);
      default -> Float.intBitsToFloat(number.getShort() << Short.SIZE);
    };
  }

  /** What the first tensor is that both say something else of, and what; empty if there is none. */
  public Optional<String> firstDifference(BaseSample found) {
    for (Map.Entry<String, Numbers> tensor : tensors.entrySet()) {
      Numbers other = found.tensors.get(tensor.getKey());
      if (other == null || !tensor.getValue().sameAs(other)) {
        return Optional.of(
            "%s: wanted %s, found %s"
                .formatted(tensor.getKey(), tensor.getValue(), other == null ? "none" : other));
      }
    }
    return Optional.empty();
  }

  /** Writes the file. */
  public void writeTo(NewFolder folder) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode all = root.putObject("tensors");
    tensors.forEach(
        (name, numbers) -> {
          ObjectNode tensor = all.putObject(name).put("dtype", numbers.dtype.name());
          ArrayNode shape = tensor.putArray("shape");
          numbers.shape.forEach(shape::add);
          ArrayNode values = tensor.putArray("values");
          numbers.values.forEach(values::add);
        });
    folder.write(FILE, JSON.writeValueAsBytes(root));
  }

  /**
   * Reads the file of an adapter's folder; empty if there is none.
   *
   * @throws ModelFormatException naming the first field that is not what is wanted
   */
  public static Optional<BaseSample> read(Path folder) {
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    ObjectNode root = JsonFile.read(file, MOST_MEBIBYTES);
    JsonNode all = root.path("tensors");
    if (!all.isObject() || all.isEmpty()) {
      throw new JsonFields(file, root).wrong("tensors", "an object with a tensor at least", all);
    }
    Map<String, Numbers> tensors = new LinkedHashMap<>();
    all.fields()
        .forEachRemaining(
            tensor -> {
              String where = file + ": tensor " + Shortened.text(tensor.getKey());
              tensors.put(tensor.getKey(), read(new JsonFields(where, tensor.getValue())));
            });
    return Optional.of(new BaseSample(tensors));
  }

  private static Numbers read(JsonFields fields) {
    JsonNode tensor = fields.json();
    StoredType dtype =
        StoredType.named(fields.text("dtype"))
            .filter(FRACTION_BITS::containsKey)
            .orElseThrow(
                () ->
                    fields.wrong("dtype", "one of " + FRACTION_BITS.keySet(), tensor.get("dtype")));
    List<Long> shape = new ArrayList<>();
    for (JsonNode size : list(fields, "shape", "whole numbers")) {
      if (!size.isIntegralNumber() || !size.canConvertToLong()) {
        throw fields.wrong("shape", "whole numbers", size);
      }
      shape.add(size.longValue());
    }
    List<Double> values = new ArrayList<>();
    for (JsonNode value : list(fields, "values", "numbers")) {
      if (!value.isNumber()) {
        throw fields.wrong("values", "numbers", value);
      }
      values.add(value.doubleValue());
    }
    return new Numbers(dtype, shape, values);
  }

  private static JsonNode list(JsonFields fields, String field, String of) {
    JsonNode list = fields.json().path(field);
    if (!list.isArray() || list.isEmpty()) {
      throw fields.wrong(field, "a list of " + of + ", one at least", list);
    }
    return list;
  }
}
