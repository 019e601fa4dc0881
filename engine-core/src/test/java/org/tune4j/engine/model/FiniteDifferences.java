package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Compares the gradient that kernels compute with central finite differences of what they compute
 * it of, in fp64.
 *
 * <p>The root class has two methods. {@code f(x: List[Tensor], c: List[Tensor]) -> Tensor} is the
 * function, of what it is differentiated by and of constants. {@code b(g: Tensor, x: List[Tensor],
 * c: List[Tensor]) -> List[Tensor]} gives the gradients of {@code sum(g * f)}, one for each of x.
 */
public final class FiniteDifferences {
  /** Largest relative error: the differences themselves are good to about 1e-9. */
  public static final double TOLERANCE = 1e-6;

  private static final double STEP = 1e-5;
  private static final int ALL = 160;
  private static final int SAMPLED = 24;
  private static final int DIRECTIONS = 8;

  private FiniteDifferences() {}

  /** A tensor to differentiate by: its sizes, and values drawn from a normal distribution. */
  public record Variable(long... shape) {
    int elements() {
      int n = 1;
      for (long size : shape) {
        n *= (int) size;
      }
      return n;
    }
  }

  /** Constants of a function, made in a scope. */
  @FunctionalInterface
  public interface Constants {
    List<Tensor> in(TensorScope scope);
  }

  /**
   * Checks one function.
   *
   * @param sources the kernel files
   * @param functionBody the body of {@code f}, indented by four blanks
   * @param backwardBody the body of {@code b}
   */
  public static void check(
      String name,
      Map<String, String> sources,
      String functionBody,
      String backwardBody,
      List<Variable> variables,
      Constants constants) {
    String root =
        "  def f(self: __torch__.Root, x: List[Tensor], c: List[Tensor]) -> Tensor:\n"
            + functionBody
            + "  def b(self: __torch__.Root, g: Tensor, x: List[Tensor], c: List[Tensor])"
            + " -> List[Tensor]:\n"
            + backwardBody;
    try (KernelModule module = KernelModule.load(name, sources, root);
        TensorScope scope = TensorScope.open()) {
      new Run(name, module, variables, constants.in(scope), scope).check();
    }
  }

  private static final class Run {
    private final Random random = new Random(20);
    private final String name;
    private final KernelModule module;
    private final List<Variable> variables;
    private final List<Tensor> constants;
    private final TensorScope scope;
    private final double[][] x;
    private double[] g;
    private long[] outputShape;

    Run(
        String name,
        KernelModule module,
        List<Variable> variables,
        List<Tensor> constants,
        TensorScope scope) {
      this.name = name;
      this.module = module;
      this.variables = variables;
      this.constants = constants;
      this.scope = scope;
      this.x = variables.stream().map(v -> normal(v.elements(), random)).toArray(double[][]::new);
    }

    void check() {
      try (TensorScope work = scope.nested()) {
        Tensor y = module.call(work, "f", upload(work), constants).get(0);
        outputShape = y.shape();
        g = normal((int) y.elements(), random);
      }
      double[][] gradients = backward();
      for (int v = 0; v < x.length; v++) {
        compare(v, gradients[v]);
      }
    }

    private double[][] backward() {
      try (TensorScope work = scope.nested()) {
        Tensor gradient = work.doubles(g, outputShape);
        List<Tensor> gradients = module.call(work, "b", gradient, upload(work), constants);
        assertThat(gradients).as(name).hasSize(x.length);
        double[][] numbers = new double[x.length][];
        for (int v = 0; v < x.length; v++) {
          assertThat(gradients.get(v).shape()).as(name).isEqualTo(variables.get(v).shape());
          numbers[v] = gradients.get(v).toDoubles();
        }
        return numbers;
      }
    }

    /**
     * Element by element where there are few, otherwise some elements and some random directions.
     */
    private void compare(int v, double[] gradient) {
      double scale = 0;
      for (double value : gradient) {
        scale = Math.max(scale, Math.abs(value));
      }
      assertThat(scale).as("%s: gradient of x[%d] is not zero", name, v).isPositive();
      int n = gradient.length;
      for (int k = 0; k < (n <= ALL ? n : SAMPLED); k++) {
        int i = n <= ALL ? k : random.nextInt(n);
        double[] direction = new double[n];
        direction[i] = 1;
        compare(v, direction, gradient[i], scale, "element " + i);
      }
      for (int k = 0; n > ALL && k < DIRECTIONS; k++) {
        double[] direction = normal(n, random);
        double product = 0;
        double norm = 0;
        for (int i = 0; i < n; i++) {
          product += direction[i] * gradient[i];
          norm += direction[i] * direction[i];
        }
        for (int i = 0; i < n; i++) {
          direction[i] /= Math.sqrt(norm);
        }
        compare(v, direction, product / Math.sqrt(norm), scale, "direction " + k);
      }
    }

    private void compare(int v, double[] direction, double found, double scale, String what) {
      double difference = (value(v, direction, STEP) - value(v, direction, -STEP)) / (2 * STEP);
      double error = Math.abs(found - difference) / Math.max(scale, Math.abs(difference));
      assertThat(error)
          .as("%s: x[%d], %s: gradient %s, difference %s", name, v, what, found, difference)
          .isLessThanOrEqualTo(TOLERANCE);
    }

    /** {@code sum(g * f)} at x plus a step. */
    private double value(int v, double[] direction, double step) {
      double[] before = x[v];
      double[] moved = before.clone();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += step * direction[i];
      }
      x[v] = moved;
      try (TensorScope work = scope.nested()) {
        double[] y = module.call(work, "f", upload(work), constants).get(0).toDoubles();
        double sum = 0;
        for (int i = 0; i < y.length; i++) {
          sum += g[i] * y[i];
        }
        return sum;
      } finally {
        x[v] = before;
      }
    }

    private List<Tensor> upload(TensorScope work) {
      List<Tensor> tensors = new ArrayList<>();
      for (int v = 0; v < x.length; v++) {
        tensors.add(work.doubles(x[v], variables.get(v).shape()));
      }
      return tensors;
    }
  }

  /** Normal numbers, none so near to zero that a step crosses a kink there. */
  static double[] normal(int n, Random random) {
    return random
        .doubles(n)
        .map(unused -> random.nextGaussian())
        .map(value -> value + Math.copySign(1e-3, value))
        .toArray();
  }
}
