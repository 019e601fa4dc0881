package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** The two ways that attention takes against each other, and documents against their neighbours. */
class AttentionKernelTest {
  private static final int HEADS = 4;
  private static final int KEY_HEADS = 2;
  private static final int SIZE = 8;
  private static final String ROOT =
      """
        def run(self: __torch__.Root, q: Tensor, k: Tensor, v: Tensor, go: Tensor, groups: List[Tensor]) -> List[Tensor]:
          o, saved = __torch__.attention.forward(q, k, v, groups, 0.4)
          gq = torch.empty_like(q)
          gk = torch.empty_like(k)
          gv = torch.empty_like(v)
          n = __torch__.attention.backward(go, q, k, v, o, saved, groups, 0.4, gq, gk, gv)
          return [o, gq, gk, gv]
      """;
  private static KernelModule chosen;
  private static KernelModule flash;
  private static KernelModule matmul;

  @BeforeAll
  static void compile() {
    String text =
        KernelSources.read(AttentionKernelTest.class, "/org/tune4j/engine/kernels", "attention")
            .get("attention");
    assertThat(text).contains("rows.size(1) <= 256");
    chosen = KernelModule.load("attention", Map.of("attention", text), ROOT);
    flash = KernelModule.load("flash", Map.of("attention", text.replace("<= 256", "<= 0")), ROOT);
    matmul =
        KernelModule.load("matmul", Map.of("attention", text.replace("<= 256", "<= 9999")), ROOT);
  }

  @AfterAll
  static void close() {
    chosen.close();
    flash.close();
    matmul.close();
  }

  /** Output and gradients of q, k and v, in fp64. */
  private static double[][] run(
      KernelModule module, DType dtype, double[][] inputs, List<int[]> groups) {
    try (TensorScope scope = TensorScope.open()) {
      List<Tensor> tensors = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        int heads = i == 1 || i == 2 ? KEY_HEADS : HEADS;
        Tensor numbers = scope.doubles(inputs[i], inputs[i].length / heads / SIZE, heads, SIZE);
        tensors.add(TensorOps.cast(scope, numbers, dtype));
      }
      List<Tensor> context = new ArrayList<>();
      groups.forEach(lengths -> context.addAll(AttentionGroups.of(lengths, scope)));
      return module
          .call(
              scope, "run", tensors.get(0), tensors.get(1), tensors.get(2), tensors.get(3), context)
          .stream()
          .map(result -> TensorOps.cast(scope, result, DType.FLOAT64).toDoubles())
          .toArray(double[][]::new);
    }
  }

  private static double[][] inputs(int tokens) {
    Random random = new Random(tokens);
    double[][] inputs = new double[4][];
    for (int i = 0; i < 4; i++) {
      int heads = i == 1 || i == 2 ? KEY_HEADS : HEADS;
      inputs[i] = random.doubles(tokens * heads * SIZE, -2, 2).toArray();
    }
    return inputs;
  }

  private static void assertClose(double[][] found, double[][] wanted, double tolerance) {
    for (int i = 0; i < wanted.length; i++) {
      assertThat(found[i]).hasSameSizeAs(wanted[i]);
      double worst = 0;
      for (int j = 0; j < wanted[i].length; j++) {
        worst = Math.max(worst, Math.abs(found[i][j] - wanted[i][j]));
      }
      assertThat(worst).as(List.of("o", "gq", "gk", "gv").get(i)).isLessThanOrEqualTo(tolerance);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "2", "17", "256", "12,12,12", "40,39,31,30", "300,290,40,7,1"})
  void shortPathIsTheFlashPath(String list) {
    int[] lengths = Arrays.stream(list.split(",")).mapToInt(Integer::parseInt).toArray();
    double[][] inputs = inputs(Arrays.stream(lengths).sum());
    List<int[]> groups = List.of(lengths);
    double[][] exact = run(matmul, DType.FLOAT64, inputs, groups);
    assertClose(run(flash, DType.FLOAT64, inputs, groups), exact, 1e-12);
    assertClose(run(chosen, DType.FLOAT64, inputs, groups), exact, 1e-12);
    assertClose(run(flash, DType.FLOAT32, inputs, groups), exact, 3e-5);
    assertClose(run(matmul, DType.FLOAT32, inputs, groups), exact, 3e-5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "flash"})
  void paddingAndNeighboursHaveNoEffect(String path) {
    KernelModule module = path.equals("short") ? matmul : flash;
    int[] lengths = {20, 19, 16, 15, 14};
    double[][] inputs = inputs(84);
    double[][] oneGroup = run(module, DType.FLOAT64, inputs, List.of(lengths));
    List<int[]> eachAlone = Arrays.stream(lengths).mapToObj(n -> new int[] {n}).toList();
    assertClose(run(module, DType.FLOAT64, inputs, eachAlone), oneGroup, 1e-13);
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "flash"})
  void changingADocumentChangesNoOther(String path) {
    KernelModule module = path.equals("short") ? matmul : flash;
    List<int[]> groups = List.of(new int[] {20, 19, 16});
    double[][] inputs = inputs(55);
    double[][] before = run(module, DType.FLOAT64, inputs, groups);
    for (double[] input : inputs) {
      int perToken = input.length / 55;
      Arrays.fill(input, 20 * perToken, 39 * perToken, 0.7);
    }
    double[][] after = run(module, DType.FLOAT64, inputs, groups);
    for (int i = 0; i < 4; i++) {
      int perToken = before[i].length / 55;
      assertThat(Arrays.copyOf(after[i], 20 * perToken))
          .isEqualTo(Arrays.copyOf(before[i], 20 * perToken));
      assertThat(Arrays.copyOfRange(after[i], 39 * perToken, 55 * perToken))
          .isEqualTo(Arrays.copyOfRange(before[i], 39 * perToken, 55 * perToken));
      assertThat(after[i]).isNotEqualTo(before[i]);
    }
  }

  @Test
  void laterTokensHaveNoEffectOnEarlierOnes() {
    double[][] inputs = inputs(12);
    double[][] before = run(matmul, DType.FLOAT64, inputs, List.of(new int[] {12}));
    for (int i = 0; i < 3; i++) {
      int perToken = inputs[i].length / 12;
      Arrays.fill(inputs[i], 7 * perToken, 12 * perToken, 0.3);
    }
    double[][] after = run(matmul, DType.FLOAT64, inputs, List.of(new int[] {12}));
    int known = 7 * HEADS * SIZE;
    assertThat(Arrays.copyOf(after[0], known)).isEqualTo(Arrays.copyOf(before[0], known));
  }

  @Test
  void documentsOfSimilarLengthFormAGroup() {
    try (TensorScope scope = TensorScope.open()) {
      List<Tensor> tensors = AttentionGroups.of(new int[] {10, 9, 7, 6, 4, 1}, scope);
      assertThat(tensors).hasSize(8);
      assertThat(tensors.get(0).shape()).containsExactly(3, 10);
      assertThat(tensors.get(1).shape()).containsExactly(26);
      assertThat(tensors.get(2).shape()).containsExactly(1, 6);
      assertThat(tensors.get(4).shape()).containsExactly(1, 4);
    }
  }
}
