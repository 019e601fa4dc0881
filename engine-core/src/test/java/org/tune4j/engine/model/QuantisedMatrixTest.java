package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Matrices in fewer bytes: their bytes, their numbers, and products with them. */
class QuantisedMatrixTest {
  private static final KernelModule LINEAR =
      KernelModule.load(
          "linear",
          KernelSources.read(
              QuantisedMatrixTest.class,
              "/org/tune4j/engine/kernels",
              "linear",
              "quantised",
              "int8",
              "nf4"),
          """
            def forward(self: __torch__.Root, x: Tensor, w: List[Tensor]) -> Tensor:
              return __torch__.linear.forward(x, w)
            def gradient(self: __torch__.Root, gy: Tensor, w: List[Tensor]) -> Tensor:
              return __torch__.linear.input_gradient(gy, w)
            def rows(self: __torch__.Root, x: Tensor, w: List[Tensor], first: Tensor, count: Tensor) -> Tensor:
              return __torch__.linear.rows_forward(x, w, int(first), int(count))
          """);

  private final TensorScope scope = TensorScope.open();

  @AfterEach
  void close() {
    scope.close();
  }

  /** A matrix of layers of these rows. */
  private static TensorSlot slot(int columns, int... rows) {
    List<TensorSlot.Part> parts = new java.util.ArrayList<>();
    long row = 0;
    for (int count : rows) {
      parts.add(new TensorSlot.Part("p" + row, row, List.of((long) count, (long) columns)));
      row += count;
    }
    return new TensorSlot("matrix", List.of(row, (long) columns), parts);
  }

  private QuantisedMatrix matrix(TensorSlot slot, WeightFormat format) {
    List<Tensor> held =
        format.tensors(slot, DType.FLOAT32).stream()
            .map(each -> TensorOps.zeros(scope, each.dtype(), each.slot().sizes()))
            .toList();
    QuantisedMatrix matrix = new QuantisedMatrix(slot, format, held);
    matrix.prepare();
    return matrix;
  }

  private Tensor random(long seed, DType dtype, long... shape) {
    Random random = new Random(seed);
    Tensor tensor = TensorOps.zeros(scope, dtype, shape);
    TensorOps.fill(
        tensor,
        DType.FLOAT32,
        (offset, into) -> {
          while (into.hasRemaining()) {
            into.putFloat((float) (0.1 * random.nextGaussian()));
          }
        });
    return tensor;
  }

  @Test
  void nf4IsWhatBitsandbytesMakes() {
    Path golden =
        Path.of(
            QuantisedMatrixTest.class
                .getResource("/org/tune4j/engine/model/nf4.safetensors")
                .getPath());
    try (SafetensorsFile file = SafetensorsFile.open(golden)) {
      TensorSlot slot = slot(64, 320, 64);
      QuantisedMatrix matrix = matrix(slot, WeightFormat.NF4);
      for (int layer = 0; layer < 2; layer++) {
        TensorSlot.Part part = slot.parts().get(layer);
        Tensor weight = TensorOps.zeros(scope, DType.BFLOAT16, part.sizes());
        StoredTensors.fill(weight, file, layer + ".weight");
        matrix.store(part, weight);
      }
      List<Tensor> held = matrix.held();
      assertBytes(file, held.get(0), DType.UINT8, "0.codes", "1.codes");
      assertBytes(file, held.get(1), DType.UINT8, "0.absmax", "1.absmax");
      assertBytes(file, held.get(2), DType.FLOAT32, "0.absmax_absmax", "1.absmax_absmax");
      assertBytes(file, held.get(3), DType.FLOAT32, "0.offset", "1.offset");
      assertBytes(file, held.get(6), DType.FLOAT32, "absmax_map");
      Tensor back = matrix.dequantised(DType.BFLOAT16, scope);
      assertBytes(file, back, DType.BFLOAT16, "0.dequantised", "1.dequantised");
    }
  }

  /** The bytes of tensors of a file, one after the other. */
  private static void assertBytes(
      SafetensorsFile file, Tensor found, DType dtype, String... names) {
    int bytes = Math.toIntExact(found.elements() * dtype.bytes());
    ByteBuffer wanted = ByteBuffer.allocate(bytes);
    for (String name : names) {
      int size = Math.toIntExact(file.tensors().get(name).byteSize());
      file.read(name, 0, wanted.limit(wanted.position() + size));
    }
    assertThat(wanted.position()).isEqualTo(bytes);
    ByteBuffer ours = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
    TensorOps.read(found, dtype, 0, ours);
    assertThat(ours.array()).as(String.join(", ", names)).isEqualTo(wanted.array());
  }

  @Test
  void int8IsWithinHalfAStepOfEachRow() {
    TensorSlot slot = slot(96, 5, 3);
    QuantisedMatrix matrix = matrix(slot, WeightFormat.INT8);
    Tensor first = random(1, DType.FLOAT32, 5, 96);
    Tensor second = TensorOps.zeros(scope, DType.FLOAT32, 3, 96);
    matrix.store(slot.parts().get(0), first);
    matrix.store(slot.parts().get(1), second);
    float[] back = matrix.dequantised(DType.FLOAT32, scope).toFloats();
    float[] wanted = first.toFloats();
    for (int row = 0; row < 8; row++) {
      float greatest = 0;
      for (int i = 96 * row; row < 5 && i < 96 * row + 96; i++) {
        greatest = Math.max(greatest, Math.abs(wanted[i]));
      }
      for (int i = 96 * row; i < 96 * row + 96; i++) {
        float number = row < 5 ? wanted[i] : 0;
        assertThat(Math.abs(back[i] - number)).isLessThanOrEqualTo(greatest / 254 * 1.0001f);
      }
    }
  }

  /** Against the same product with the dequantised matrix, which is larger than a strip. */
  @ParameterizedTest
  @CsvSource({"INT8, 1", "INT8, 3", "INT8, 40", "NF4, 1", "NF4, 3", "NF4, 40"})
  void productsAreThoseOfTheDequantisedMatrix(WeightFormat format, int tokens) {
    TensorSlot slot = slot(2048, 500, 300);
    QuantisedMatrix matrix = matrix(slot, format);
    for (TensorSlot.Part part : slot.parts()) {
      matrix.store(part, random(part.firstRow(), DType.FLOAT32, part.sizes()));
    }
    for (DType dtype : List.of(DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16)) {
      double bound = dtype == DType.FLOAT64 ? 1e-12 : dtype == DType.FLOAT32 ? 1e-5 : 0.02;
      Tensor x = random(7, dtype, tokens, 2048);
      Tensor gy = random(8, dtype, tokens, 800);
      Tensor bias = random(9, dtype, 800);
      List<Tensor> plain = List.of(matrix.dequantised(dtype, scope), bias);
      List<Tensor> held = new java.util.ArrayList<>(matrix.held());
      held.add(bias);
      Map<String, Tensor> inputs = Map.of("forward", x, "gradient", gy);
      inputs.forEach(
          (method, input) ->
              assertNear(
                  LINEAR.call(scope, method, input, held).get(0),
                  LINEAR.call(scope, method, input, plain).get(0),
                  bound));
      Tensor from = scope.longs(new long[] {450}, 1);
      Tensor count = scope.longs(new long[] {120}, 1);
      assertNear(
          LINEAR.call(scope, "rows", x, held, from, count).get(0),
          LINEAR.call(scope, "rows", x, plain, from, count).get(0),
          bound);
    }
  }

  private void assertNear(Tensor found, Tensor wanted, double bound) {
    assertThat(found.shape()).isEqualTo(wanted.shape());
    assertThat(found.dtype()).isEqualTo(wanted.dtype());
    double[] a = TensorOps.cast(scope, found, DType.FLOAT64).toDoubles();
    double[] b = TensorOps.cast(scope, wanted, DType.FLOAT64).toDoubles();
    for (int i = 0; i < a.length; i++) {
      assertThat(a[i]).isCloseTo(b[i], org.assertj.core.data.Offset.offset(bound));
    }
  }

  @ParameterizedTest
  @EnumSource(WeightFormat.class)
  void bytesAreThoseOfTheTensors(WeightFormat format) {
    Architecture smol = RandomModels.describe(RandomModels.SMOL_135M);
    long blocks = smol.blockMatrices().stream().mapToLong(TensorSlot::elements).sum();
    long others = 2 * (smol.parameters() - blocks);
    double share = (format.bytes(smol, DType.BFLOAT16) - others) / (2.0 * blocks);
    switch (format) {
      case PLAIN -> assertThat(share).isEqualTo(1);
      case INT8 -> assertThat(share).isBetween(0.5, 0.505);
      case NF4 -> assertThat(share).isBetween(0.25, 0.27);
    }
  }

  @Test
  void nf4TakesWholeBlocks() {
    assertThatThrownBy(() -> WeightFormat.NF4.requireFit(slot(96, 4)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("multiple of 64")
        .hasMessageContaining("matrix [4, 96]");
  }
}
