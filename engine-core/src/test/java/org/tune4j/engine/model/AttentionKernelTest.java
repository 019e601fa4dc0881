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

/** Attention against libtorch's own, and documents against their neighbours. */
class AttentionKernelTest {
  private static final int HEADS = 4;
  private static final int KEY_HEADS = 2;
  private static final int SIZE = 8;
  private static final String HEADER =
      "  def run(self: __torch__.Root, q: Tensor, k: Tensor, v: Tensor, go: Tensor, groups: List[Tensor]) -> List[Tensor]:\n";
  private static final String STRIPS =
      """
          o, kept = __torch__.attention.forward(q, k, v, annotate(List[Tensor], []), groups, 0.4, True, 0, 0., %s)
          gq = torch.empty_like(q)
          gk = torch.empty_like(k)
          gv = torch.empty_like(v)
          n = __torch__.attention.backward(go, q, k, v, annotate(List[Tensor], []), annotate(List[Tensor], []), kept, groups, 0.4, True, 0, 0., gq, gk, gv)
          return [o, gq, gk, gv]
      """;

  /** Each document alone (a group each) through scaled_dot_product_attention and autograd. */
  private static final String REFERENCE =
      """
          torch.set_grad_enabled(True)
          q = torch.requires_grad_(q.detach(), True)
          k = torch.requires_grad_(k.detach(), True)
          v = torch.requires_grad_(v.detach(), True)
          parts = annotate(List[Tensor], [])
          start = 0
          for i in range(len(groups) // 2):
            n = groups[2 * i].size(1)
            qd = q.narrow(0, start, n).transpose(0, 1).unsqueeze(0)
            kd = k.narrow(0, start, n).transpose(0, 1).repeat_interleave(2, 0).unsqueeze(0)
            vd = v.narrow(0, start, n).transpose(0, 1).repeat_interleave(2, 0).unsqueeze(0)
            od = torch.scaled_dot_product_attention(qd, kd, vd, None, 0., True, scale=0.4)
            parts.append(od.squeeze(0).transpose(0, 1))
            start = start + n
          o = torch.cat(parts, 0)
          seed = annotate(List[Optional[Tensor]], [go])
          g = torch.grad([o], [q, k, v], seed, None, False, False)
          return [o.detach(), unchecked_cast(Tensor, g[0]), unchecked_cast(Tensor, g[1]), unchecked_cast(Tensor, g[2])]
      """;

  private static KernelModule strips;
  private static KernelModule keeping;
  private static KernelModule reference;

  @BeforeAll
  static void compile() {
    Map<String, String> text =
        KernelSources.read(AttentionKernelTest.class, "/org/tune4j/engine/kernels", "attention");
    strips = KernelModule.load("strips", text, HEADER + STRIPS.formatted("False"));
    keeping = KernelModule.load("keeping", text, HEADER + STRIPS.formatted("True"));
    reference = KernelModule.load("reference", Map.of(), HEADER + REFERENCE);
  }

  @AfterAll
  static void close() {
    strips.close();
    keeping.close();
    reference.close();
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
  @ValueSource(
      strings = {"1", "2", "17", "127", "128", "129", "12,12,12", "40,39,31,30", "300,290,40,7,1"})
  void equalsLibtorchsOwnAttention(String list) {
    int[] lengths = Arrays.stream(list.split(",")).mapToInt(Integer::parseInt).toArray();
    double[][] inputs = inputs(Arrays.stream(lengths).sum());
    List<int[]> groups = List.of(lengths);
    List<int[]> eachAlone = Arrays.stream(lengths).mapToObj(n -> new int[] {n}).toList();
    double[][] exact = run(reference, DType.FLOAT64, inputs, eachAlone);
    double[][] found = run(strips, DType.FLOAT64, inputs, groups);
    assertClose(found, exact, 1e-12);
    assertThat(run(keeping, DType.FLOAT64, inputs, groups)).isDeepEqualTo(found);
    assertClose(run(strips, DType.FLOAT32, inputs, groups), exact, 3e-5);
  }

  @Test
  void paddingAndNeighboursHaveNoEffect() {
    int[] lengths = {200, 190, 160, 150, 140};
    double[][] inputs = inputs(840);
    double[][] oneGroup = run(strips, DType.FLOAT64, inputs, List.of(lengths));
    List<int[]> eachAlone = Arrays.stream(lengths).mapToObj(n -> new int[] {n}).toList();
    assertClose(run(strips, DType.FLOAT64, inputs, eachAlone), oneGroup, 1e-12);
  }

  @Test
  void changingADocumentChangesNoOther() {
    List<int[]> groups = List.of(new int[] {20, 19, 16});
    double[][] inputs = inputs(55);
    double[][] before = run(strips, DType.FLOAT64, inputs, groups);
    for (double[] input : inputs) {
      int perToken = input.length / 55;
      Arrays.fill(input, 20 * perToken, 39 * perToken, 0.7);
    }
    double[][] after = run(strips, DType.FLOAT64, inputs, groups);
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
    double[][] before = run(strips, DType.FLOAT64, inputs, List.of(new int[] {12}));
    for (int i = 0; i < 3; i++) {
      int perToken = inputs[i].length / 12;
      Arrays.fill(inputs[i], 7 * perToken, 12 * perToken, 0.3);
    }
    double[][] after = run(strips, DType.FLOAT64, inputs, List.of(new int[] {12}));
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
