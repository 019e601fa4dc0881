package org.tune4j.lora.algebra;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A matrix {@code D = B A} as its thin factors, in fp64 (kernel file {@code algebra.py}). Nothing
 * here makes the whole matrix, except {@link #conflicts} some of its rows.
 *
 * @param b {@code [outputs, rank]}
 * @param a {@code [rank, inputs]}
 */
record LowRank(Tensor b, Tensor a) {
  static final KernelModule KERNEL = load();

  private static KernelModule load() {
    Map<String, String> sources =
        KernelSources.read(KernelModule.class, "/org/tune4j/engine/kernels", "dropout");
    sources.putAll(KernelSources.read(LowRank.class, "/org/tune4j/lora/kernels", "algebra"));
    StringBuilder text =
        new StringBuilder(
            """
              def scaled(self: __torch__.Root, x: Tensor, factor: Tensor) -> Tensor:
                return __torch__.algebra.scaled(x, factor)
              def cat(self: __torch__.Root, xs: List[Tensor], dimension: Tensor) -> Tensor:
                return torch.cat(xs, int(dimension))
              def spectrum(self: __torch__.Root, b: Tensor, a: Tensor) -> Tensor:
                return __torch__.algebra.spectrum(b, a)
              def norm(self: __torch__.Root, b: Tensor, a: Tensor) -> Tensor:
                return __torch__.algebra.norm(b, a)
              def distance(self: __torch__.Root, b: Tensor, a: Tensor, d: Tensor, c: Tensor) -> Tensor:
                return __torch__.algebra.distance(b, a, d, c)
              def inner(self: __torch__.Root, b: Tensor, a: Tensor, d: Tensor, c: Tensor) -> Tensor:
                return __torch__.algebra.inner(b, a, d, c)
              def directions(self: __torch__.Root, b: Tensor, a: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
                return __torch__.algebra.directions(b, a)
              def spans(self: __torch__.Root, b: Tensor, a: Tensor) -> Tuple[Tensor, Tensor]:
                return __torch__.algebra.spans(b, a)
              def overlap(self: __torch__.Root, u: Tensor, v: Tensor) -> Tensor:
                return __torch__.algebra.overlap(u, v)
              def conflicts(self: __torch__.Root, b: Tensor, a: Tensor, d: Tensor, c: Tensor, rows: Tensor) -> Tensor:
                return __torch__.algebra.conflicts(b, a, d, c, rows)
              def products(self: __torch__.Root, b: List[Tensor], a: List[Tensor], scalings: Tensor) -> List[Tensor]:
                return __torch__.algebra.products(b, a, scalings)
              def leading(self: __torch__.Root, d: Tensor, rank: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
                return __torch__.algebra.leading(d, int(rank))
              def truncated(self: __torch__.Root, u: Tensor, s: Tensor, v: Tensor, rank: Tensor) -> Tuple[Tensor, Tensor]:
                return __torch__.algebra.truncated(u, s, v, rank)
              def clamped(self: __torch__.Root, b: Tensor, a: Tensor, share: Tensor) -> Tuple[Tensor, Tensor]:
                return __torch__.algebra.clamped(b, a, share)
            """);
    for (String prune : List.of("none", "magnitude", "random")) {
      for (String sign : List.of("none", "total", "frequency")) {
        text.append(
            """
              def merged_%1$s_%2$s(self: __torch__.Root, x: List[Tensor], w: Tensor, density: Tensor, seeds: Tensor) -> Tensor:
                return __torch__.algebra.merged(x, w, "%1$s", density, "%2$s", seeds)
            """
                .formatted(prune, sign));
      }
    }
    return KernelModule.load("algebra", sources, text.toString());
  }

  /** U, the singular values and V^T. */
  record Directions(Tensor u, Tensor s, Tensor v) {
    static Directions of(List<Tensor> parts) {
      return new Directions(parts.get(0), parts.get(1), parts.get(2));
    }
  }

  static LowRank of(List<Tensor> parts) {
    return new LowRank(parts.get(0), parts.get(1));
  }

  /** The sum of several, exactly: the factors one after the other. */
  static LowRank sum(TensorScope scope, List<LowRank> all) {
    return new LowRank(
        cat(scope, all.stream().map(LowRank::b).toList(), 1),
        cat(scope, all.stream().map(LowRank::a).toList(), 0));
  }

  private static Tensor cat(TensorScope scope, List<Tensor> all, long dimension) {
    return KERNEL.call(scope, "cat", all, scope.longs(new long[] {dimension}, 1)).get(0);
  }

  /** A tensor times a number. */
  static Tensor scaled(TensorScope scope, Tensor x, double factor) {
    return KERNEL.call(scope, "scaled", x, scope.doubles(new double[] {factor}, 1)).get(0);
  }

  long outputs() {
    return b.size(0);
  }

  long inputs() {
    return a.size(1);
  }

  /** The singular values, the largest first: as many as the least of rank, outputs and inputs. */
  double[] spectrum() {
    return doubles("spectrum", b, a);
  }

  /** The Frobenius norm. */
  double norm() {
    return doubles("norm", b, a)[0];
  }

  /** The Frobenius norm of the difference. */
  double distance(LowRank other) {
    return doubles("distance", b, a, other.b, other.a)[0];
  }

  /** The sum of the products of all entries. */
  double inner(LowRank other) {
    return doubles("inner", b, a, other.b, other.a)[0];
  }

  Directions directions(TensorScope scope) {
    return Directions.of(KERNEL.call(scope, "directions", b, a));
  }

  /** Orthonormal bases of its columns, {@code [outputs, K]}, and its rows, {@code [inputs, K]}. */
  List<Tensor> spans(TensorScope scope) {
    return KERNEL.call(scope, "spans", b, a);
  }

  /** Of two bases: the mean squared cosine of the angles between what they span. */
  static double overlap(Tensor basis, Tensor other) {
    return doubles("overlap", basis, other)[0];
  }

  /**
   * Of some rows: how many entries have opposite signs, and how many neither has as 0.
   *
   * @param rows their numbers
   */
  long[] conflicts(LowRank other, long[] rows) {
    try (TensorScope work = TensorScope.open()) {
      Tensor chosen = work.longs(rows, rows.length);
      return KERNEL.call(work, "conflicts", b, a, other.b, other.a, chosen).get(0).toLongs();
    }
  }

  private static double[] doubles(String method, Object... arguments) {
    try (TensorScope work = TensorScope.open()) {
      return KERNEL.call(work, method, arguments).get(0).toDoubles();
    }
  }

  /** The singular values' share of the squared norm that the first of them keep. */
  static double energy(double[] spectrum, int rank) {
    double all = squares(spectrum, spectrum.length);
    return all == 0 ? 1 : squares(spectrum, Math.min(rank, spectrum.length)) / all;
  }

  private static double squares(double[] spectrum, int count) {
    return Arrays.stream(spectrum, 0, count).map(value -> value * value).sum();
  }

  /** The lowest rank, 1 at least, that keeps a share of the squared norm. */
  static int rankFor(double[] spectrum, double share) {
    int rank = 1;
    while (rank < spectrum.length && energy(spectrum, rank) < share) {
      rank++;
    }
    return rank;
  }
}
