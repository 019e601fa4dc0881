package org.tune4j.engine.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorInfo;

/**
 * A matrix as transformers saves one that bitsandbytes has quantised: in 4 bits (NF4 or FP4), two
 * numbers a byte, with an absmax a block, which may be quantised itself; or in 8 bits with a scale
 * a row. It is read as the numbers that it stands for.
 */
final class BitsandbytesMatrix {
  private static final String ABSMAX = ".absmax";
  private static final String LEVELS = ".quant_map";
  private static final String OUTER = ".nested_absmax";
  private static final String OUTER_LEVELS = ".nested_quant_map";
  private static final String STATE = ".quant_state.bitsandbytes__";
  private static final String SCALES = "SCB";
  private static final int MOST_BYTES_OF_STATE = 1 << 16;
  private static final JsonMapper JSON = new JsonMapper();

  private final SafetensorsFolder files;
  private final String name;

  /** What a code means; of 8 bits null. */
  private final float[] levels;

  /** A factor for each block of numbers; of 8 bits a block is a row. */
  private final float[] scales;

  private final long block;

  /**
   * A tensor that {@link #fault} finds none in.
   *
   * @param columns of the matrix
   */
  BitsandbytesMatrix(SafetensorsFolder files, String name, long columns) {
    this.files = files;
    this.name = name;
    Map<String, TensorInfo> tensors = files.tensors();
    if (!tensors.containsKey(name + ABSMAX)) {
      this.levels = null;
      this.block = columns;
      this.scales = floats(files, scalesOf(name));
      for (int i = 0; i < scales.length; i++) {
        scales[i] /= 127;
      }
      return;
    }
    JsonNode state = state(files, name).orElseThrow();
    this.levels = floats(files, name + LEVELS);
    this.block = state.path("blocksize").longValue();
    if (!tensors.containsKey(name + OUTER)) {
      this.scales = floats(files, name + ABSMAX);
      return;
    }
    byte[] codes = bytes(files, name + ABSMAX);
    float[] meaning = floats(files, name + OUTER_LEVELS);
    float[] outer = floats(files, name + OUTER);
    int outerBlock = state.path("nested_blocksize").intValue();
    float offset = state.path("nested_offset").floatValue();
    this.scales = new float[codes.length];
    for (int i = 0; i < codes.length; i++) {
      scales[i] = meaning[codes[i] & 0xFF] * outer[i / outerBlock] + offset;
    }
  }

  static boolean is(String name, Map<String, TensorInfo> tensors) {
    return tensors.containsKey(name + ABSMAX)
        || tensors.get(name).dtype() == StoredType.I8 && tensors.containsKey(scalesOf(name));
  }

  private static String scalesOf(String name) {
    return name.substring(0, name.lastIndexOf('.') + 1) + SCALES;
  }

  private static String formatOf(String name) {
    return name.substring(0, name.lastIndexOf('.') + 1) + "weight_format";
  }

  /** Tensors of a file that belong to a matrix. */
  static List<String> companions(String name, Map<String, TensorInfo> tensors) {
    return Stream.of(
            name + ABSMAX,
            name + LEVELS,
            name + OUTER,
            name + OUTER_LEVELS,
            name + STATE + "nf4",
            name + STATE + "fp4",
            scalesOf(name),
            formatOf(name))
        .filter(tensors::containsKey)
        .toList();
  }

  /**
   * What is wrong with a matrix, if something is.
   *
   * @param part what it is of a model
   */
  static Optional<String> fault(String name, TensorSlot.Part part, SafetensorsFolder files) {
    Map<String, TensorInfo> tensors = files.tensors();
    long[] wanted = part.sizes();
    if (part.transposed()) {
      // Whether it was turned round first cannot be told of a square one.
      return Optional.of(name + ": is quantised; layers with inputs first are read plain only");
    }
    if (wanted.length != 2) {
      return Optional.of(
          name + ": is quantised; wanted a matrix, found " + Arrays.toString(wanted));
    }
    if (!tensors.containsKey(name + ABSMAX)) {
      return Arrays.equals(tensors.get(name).shape(), wanted)
          ? sized(tensors, scalesOf(name), StoredType.F32, wanted[0])
              .or(() -> otherFormat(files, formatOf(name)))
          : Optional.of(
              "%s: wanted %s, found %s"
                  .formatted(name, Arrays.toString(wanted), tensors.get(name)));
    }
    Optional<JsonNode> state = state(files, name);
    long block = state.map(each -> each.path("blocksize").longValue()).orElse(0L);
    JsonNode shape = state.map(each -> each.path("shape")).orElse(JSON.nullNode());
    if (block < 1
        || shape.path(0).longValue() != wanted[0]
        || shape.path(1).longValue() != wanted[1]) {
      return Optional.of(
          "%s: wanted %s in blocks, found %s"
              .formatted(name + STATE + "…", Arrays.toString(wanted), state.orElse(null)));
    }
    long numbers = wanted[0] * wanted[1];
    long blocks = (numbers + block - 1) / block;
    Optional<String> wrong =
        sized(tensors, name, StoredType.U8, (numbers + 1) / 2)
            .or(() -> sized(tensors, name + LEVELS, StoredType.F32, 16));
    if (wrong.isPresent() || !tensors.containsKey(name + OUTER)) {
      return wrong.or(() -> sized(tensors, name + ABSMAX, StoredType.F32, blocks));
    }
    long outer = state.orElseThrow().path("nested_blocksize").longValue();
    if (outer < 1 || outer > Integer.MAX_VALUE || !state.get().path("nested_offset").isNumber()) {
      return Optional.of(
          name + STATE + "…: wanted nested_blocksize and nested_offset, found " + state.get());
    }
    return sized(tensors, name + ABSMAX, StoredType.U8, blocks)
        .or(() -> sized(tensors, name + OUTER, StoredType.F32, (blocks + outer - 1) / outer))
        .or(() -> sized(tensors, name + OUTER_LEVELS, StoredType.F32, 256));
  }

  /** The order of a matrix in 8 bits: as a GPU of another kind wants it, where it is not 0. */
  private static Optional<String> otherFormat(SafetensorsFolder files, String name) {
    TensorInfo info = files.tensors().get(name);
    if (info == null) {
      return Optional.empty();
    }
    boolean isRow =
        info.dtype() == StoredType.U8 && info.elements() == 1 && bytes(files, name)[0] == 0;
    return isRow
        ? Optional.empty()
        : Optional.of(
            "%s: wanted 0 (row), found %s"
                .formatted(
                    name, info.elements() == 1 ? Arrays.toString(bytes(files, name)) : info));
  }

  private static Optional<String> sized(
      Map<String, TensorInfo> tensors, String name, StoredType dtype, long numbers) {
    TensorInfo info = tensors.get(name);
    boolean fits = info != null && info.dtype() == dtype && info.elements() == numbers;
    return fits
        ? Optional.empty()
        : Optional.of(
            "%s: wanted %d numbers of %s, found %s"
                .formatted(name, numbers, dtype, info == null ? "nothing" : info));
  }

  /** What bitsandbytes notes of a matrix, as JSON in a tensor of bytes. */
  private static Optional<JsonNode> state(SafetensorsFolder files, String name) {
    return Stream.of("nf4", "fp4")
        .map(type -> files.tensors().get(name + STATE + type))
        .filter(info -> info != null && info.byteSize() <= MOST_BYTES_OF_STATE)
        .findFirst()
        .map(
            info -> {
              try {
                String text = new String(bytes(files, info.name()), StandardCharsets.UTF_8);
                return JSON.readTree(text);
              } catch (JsonProcessingException e) {
                return null;
              }
            });
  }

  private static byte[] bytes(SafetensorsFolder files, String name) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(files.tensors().get(name).byteSize()));
    files.read(name, 0, bytes);
    return bytes.array();
  }

  private static float[] floats(SafetensorsFolder files, String name) {
    byte[] bytes = bytes(files, name);
    float[] numbers = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
    return numbers;
  }

  /** Fills a buffer with the matrix as fp32, from a byte of that on. */
  void read(long offset, ByteBuffer into) {
    long element = offset / Float.BYTES;
    int count = into.remaining() / Float.BYTES;
    boolean isByte = levels == null;
    long firstByte = isByte ? element : element / 2;
    long lastByte = isByte ? element + count : (element + count + 1) / 2;
    ByteBuffer codes = ByteBuffer.allocate(Math.toIntExact(lastByte - firstByte));
    files.read(name, firstByte, codes);
    for (int i = 0; i < count; i++, element++) {
      float scale = scales[(int) (element / block)];
      if (isByte) {
        into.putFloat(codes.get(i) * scale);
      } else {
        int pair = codes.get((int) (element / 2 - firstByte)) & 0xFF;
        into.putFloat(levels[element % 2 == 0 ? pair >> 4 : pair & 15] * scale);
      }
    }
  }
}
