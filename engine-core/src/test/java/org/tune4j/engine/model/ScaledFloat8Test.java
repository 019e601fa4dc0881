package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** A model whose matrices are 8-bit numbers with scales, as DeepSeek-V3's. */
class ScaledFloat8Test {
  /** torch.arange(127, dtype=torch.uint8).view(torch.float8_e4m3fn).double(). */
  private static final double[] NUMBERS = {
    0.0,
    0.001953125,
    0.00390625,
    0.005859375,
    0.0078125,
    0.009765625,
    0.01171875,
    0.013671875,
    0.015625,
    0.017578125,
    0.01953125,
    0.021484375,
    0.0234375,
    0.025390625,
    0.02734375,
    0.029296875,
    0.03125,
    0.03515625,
    0.0390625,
    0.04296875,
    0.046875,
    0.05078125,
    0.0546875,
    0.05859375,
    0.0625,
    0.0703125,
    0.078125,
    0.0859375,
    0.09375,
    0.1015625,
    0.109375,
    0.1171875,
    0.125,
    0.140625,
    0.15625,
    0.171875,
    0.1875,
    0.203125,
    0.21875,
    0.234375,
    0.25,
    0.28125,
    0.3125,
    0.34375,
    0.375,
    0.40625,
    0.4375,
    0.46875,
    0.5,
    0.5625,
    0.625,
    0.6875,
    0.75,
    0.8125,
    0.875,
    0.9375,
    1.0,
    1.125,
    1.25,
    1.375,
    1.5,
    1.625,
    1.75,
    1.875,
    2.0,
    2.25,
    2.5,
    2.75,
    3.0,
    3.25,
    3.5,
    3.75,
    4.0,
    4.5,
    5.0,
    5.5,
    6.0,
    6.5,
    7.0,
    7.5,
    8.0,
    9.0,
    10.0,
    11.0,
    12.0,
    13.0,
    14.0,
    15.0,
    16.0,
    18.0,
    20.0,
    22.0,
    24.0,
    26.0,
    28.0,
    30.0,
    32.0,
    36.0,
    40.0,
    44.0,
    48.0,
    52.0,
    56.0,
    60.0,
    64.0,
    72.0,
    80.0,
    88.0,
    96.0,
    104.0,
    112.0,
    120.0,
    128.0,
    144.0,
    160.0,
    176.0,
    192.0,
    208.0,
    224.0,
    240.0,
    256.0,
    288.0,
    320.0,
    352.0,
    384.0,
    416.0,
    448.0
  };

  private static final int BLOCK = 128;
  @TempDir Path folder;
  private final Map<String, byte[]> bytes = new java.util.TreeMap<>();

  /** Its largest matrices are of several blocks, the last of them not whole. */
  private Path checkpoint(boolean withScales) throws IOException {
    Path path = Files.createDirectories(folder.resolve("model"));
    Files.writeString(
        path.resolve("config.json"),
        """
        {"model_type":"deepseek_v3","vocab_size":97,"hidden_size":160,"intermediate_size":136,
         "num_hidden_layers":1,"num_attention_heads":4,"qk_nope_head_dim":32,"qk_rope_head_dim":16,
         "v_head_dim":40,"kv_lora_rank":20,"first_k_dense_replace":1,"n_routed_experts":8,
         "num_experts_per_tok":2,"n_group":1,"topk_group":1,
         "quantization_config":{"quant_method":"fp8","fmt":"e4m3","weight_block_size":[128,128]}}
        """);
    Random random = new Random(4);
    List<TensorToWrite> tensors = new ArrayList<>();
    for (TensorSlot slot : Architectures.read(path).slots()) {
      for (TensorSlot.Part part : slot.parts()) {
        boolean eight = part.shape().size() == 2 && part.name().contains("layers");
        byte[] numbers = new byte[(int) part.elements() * (eight ? 1 : 4)];
        if (eight) {
          for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (byte) (random.nextInt(127) | (random.nextBoolean() ? 128 : 0));
          }
          bytes.put(part.name(), numbers);
          if (withScales) {
            tensors.add(scales(part));
          }
        }
        StoredType type = eight ? StoredType.F8_E4M3 : StoredType.F32;
        tensors.add(tensor(part.name(), type, numbers, part.sizes()));
      }
    }
    SafetensorsWriter.write(path.resolve("model.safetensors"), Map.of(), tensors);
    return path;
  }

  /** A block's scale is one and a quarter, plus its row, plus a tenth of its column. */
  private static float scale(long row, long column) {
    return 1.25f + row / BLOCK + 0.1f * (column / BLOCK);
  }

  private static TensorToWrite scales(TensorSlot.Part part) {
    int rows = (int) (part.shape().get(0) + BLOCK - 1) / BLOCK;
    int columns = (int) (part.shape().get(1) + BLOCK - 1) / BLOCK;
    ByteBuffer buffer = ByteBuffer.allocate(4 * rows * columns).order(ByteOrder.LITTLE_ENDIAN);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        buffer.putFloat(scale((long) row * BLOCK, (long) column * BLOCK));
      }
    }
    return tensor(
        part.name() + "_scale_inv", StoredType.F32, buffer.array(), new long[] {rows, columns});
  }

  private static TensorToWrite tensor(String name, StoredType type, byte[] bytes, long[] shape) {
    return new TensorToWrite(
        name, type, shape, (offset, into) -> into.put(bytes, (int) offset, into.remaining()));
  }

  @Test
  void eachNumberIsWhatItsByteMeansTimesItsBlocksScale() throws IOException {
    Path path = checkpoint(true);
    try (CausalLm model = CausalLm.load(path, DType.FLOAT32);
        TensorScope work = TensorScope.open()) {
      int compared = 0;
      for (TensorSlot slot : model.architecture().slots()) {
        for (TensorSlot.Part part : slot.parts()) {
          byte[] stored = bytes.get(part.name());
          if (stored != null) {
            float[] found = part.of(model.weight(slot), work).toFloats();
            for (int i = 0; i < found.length; i++) {
              double size = NUMBERS[stored[i] & 127];
              long columns = part.shape().get(1);
              float number = (float) (stored[i] < 0 ? -size : size);
              assertThat(found[i]).isEqualTo(number * scale(i / columns, i % columns));
              compared++;
            }
          }
        }
      }
      assertThat(compared).isGreaterThan(100_000);
    }
  }

  @Test
  void whatIsWrittenAgainIsPlain() throws IOException {
    Path path = checkpoint(true);
    Path written = folder.resolve("written");
    try (CausalLm model = CausalLm.load(path, DType.FLOAT32)) {
      AtomicFolder.write(
          written,
          target ->
              HubFolder.write(target, path, model.architecture(), model::weight, Optional.empty()));
    }
    assertThat(written.resolve("config.json")).content().doesNotContain("quantization_config");
    try (SafetensorsFolder files = SafetensorsFolder.open(written)) {
      assertThat(files.tensors().get("model.layers.0.self_attn.o_proj.weight").dtype())
          .isEqualTo(StoredType.BF16);
    }
    CausalLm.load(written, DType.BFLOAT16).close();
  }

  @Test
  void missingScalesAreNamed() throws IOException {
    Path path = checkpoint(false);
    assertThatThrownBy(() -> CausalLm.load(path, DType.FLOAT32))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("missing: model.layers.0.self_attn.q_proj.weight_scale_inv [2, 2]");
  }
}
