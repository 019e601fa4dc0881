package org.tune4j.lora.algebra;

import java.util.List;
import java.util.Locale;
import org.tune4j.engine.SplitMix64;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What the adapters' updates of one site become, by PEFT's formulas (PEFT 0.21 {@code
 * LoraModel.add_weighted_adapter}).
 */
final class SiteSum {
  private final CombinationConfig config;
  private final List<Combination.Term> terms;

  /** The rank that an SVD is cut to. */
  private final int mostRank;

  SiteSum(CombinationConfig config, List<Combination.Term> terms, int highestRank) {
    this.config = config;
    this.terms = terms;
    this.mostRank = config.svdRank().orElse(highestRank);
  }

  /** The exact sum of the weighted updates. */
  LowRank exact(TensorScope scope) {
    return LowRank.sum(
        scope,
        terms.stream()
            .map(term -> weighted(term.part().adapter().update(term.site(), scope), term, scope))
            .toList());
  }

  private static LowRank weighted(LowRank update, Combination.Term term, TensorScope scope) {
    return new LowRank(LowRank.scaled(scope, update.b(), term.part().weight()), update.a());
  }

  /** The rank of the result, which is known before its numbers are. */
  int rank() {
    AdapterFile.Site site = terms.get(0).site();
    CombinationType type = config.combinationType();
    if (type.addsFactors()) {
      return site.rank();
    }
    int sum = terms.stream().mapToInt(term -> term.site().rank()).sum();
    if (type == CombinationType.CAT) {
      return sum;
    }
    int least = (int) Math.min(Integer.MAX_VALUE, Math.min(site.outputs(), site.inputs()));
    if (type == CombinationType.SVD) {
      least = Math.min(least, sum);
    }
    if (config.svdEnergy().isPresent()) {
      try (TensorScope work = TensorScope.open()) {
        return LowRank.rankFor(exact(work).spectrum(), config.svdEnergy().getAsDouble());
      }
    }
    return Math.min(mostRank, least);
  }

  /**
   * The result.
   *
   * @param rank what {@link #rank} gave
   */
  LowRank combined(int rank, TensorScope scope) {
    return switch (config.combinationType()) {
      case CAT -> cat(scope);
      case SVD -> truncated(exact(scope).directions(scope), rank, scope);
      case LINEAR, TIES, DARE_LINEAR, DARE_TIES, MAGNITUDE_PRUNE -> ofFactors(scope);
      case TIES_SVD, DARE_LINEAR_SVD, DARE_TIES_SVD, MAGNITUDE_PRUNE_SVD ->
          truncated(dense(rank, scope), rank, scope);
    };
  }

  private LowRank cat(TensorScope scope) {
    return LowRank.sum(
        scope,
        terms.stream()
            .map(
                term -> {
                  LowRank factors = term.part().adapter().factors(term.site(), scope);
                  return new LowRank(factors.b(), LowRank.scaled(scope, factors.a(), factor(term)));
                })
            .toList());
  }

  private static double factor(Combination.Term term) {
    return term.part().weight() * term.site().scaling();
  }

  /** Each factor takes the root of what its update is multiplied with, A its sign besides. */
  private LowRank ofFactors(TensorScope scope) {
    List<LowRank> factors =
        terms.stream().map(term -> term.part().adapter().factors(term.site(), scope)).toList();
    double[] roots =
        terms.stream().mapToDouble(term -> Math.sqrt(Math.abs(factor(term)))).toArray();
    double[] signed = new double[roots.length];
    for (int i = 0; i < roots.length; i++) {
      signed[i] = factor(terms.get(i)) < 0 ? -roots[i] : roots[i];
    }
    Tensor a = merged(factors.stream().map(LowRank::a).toList(), signed, ".lora_A", scope);
    Tensor b = merged(factors.stream().map(LowRank::b).toList(), roots, ".lora_B", scope);
    return new LowRank(b, a);
  }

  /** Of the whole updates: the only types that need them. */
  private LowRank.Directions dense(int rank, TensorScope scope) {
    try (TensorScope work = TensorScope.open()) {
      List<LowRank> factors =
          terms.stream().map(term -> term.part().adapter().factors(term.site(), work)).toList();
      double[] scalings = terms.stream().mapToDouble(term -> term.site().scaling()).toArray();
      List<Tensor> updates =
          LowRank.KERNEL.call(
              work,
              "products",
              factors.stream().map(LowRank::b).toList(),
              factors.stream().map(LowRank::a).toList(),
              work.doubles(scalings, scalings.length));
      double[] weights = terms.stream().mapToDouble(term -> term.part().weight()).toArray();
      Tensor sum = merged(updates, weights, "", work);
      return LowRank.Directions.of(
          LowRank.KERNEL.call(scope, "leading", sum, work.longs(new long[] {rank}, 1)));
    }
  }

  /**
   * Prunes and adds tensors of one shape.
   *
   * @param name what of the site they are, which the random types draw by
   */
  private Tensor merged(List<Tensor> all, double[] weights, String name, TensorScope scope) {
    CombinationType type = config.combinationType();
    String sign =
        type.elects()
            ? config.majoritySignMethod().orElse(MajoritySign.TOTAL).name().toLowerCase(Locale.ROOT)
            : "none";
    String method = "merged_" + type.prune().name().toLowerCase(Locale.ROOT) + "_" + sign;
    long[] seeds = terms.stream().mapToLong(term -> seed(term, name)).toArray();
    return LowRank.KERNEL
        .call(
            scope,
            method,
            all,
            scope.doubles(weights, weights.length),
            scope.doubles(new double[] {config.density().orElse(1)}, 1),
            scope.longs(seeds, seeds.length))
        .get(0);
  }

  /** A function of the seed, the adapter's place among all, and the tensor. */
  private long seed(Combination.Term term, String name) {
    // String.hashCode is specified, so the same everywhere.
    long tensor = (term.site().module() + name).hashCode() * SplitMix64.GOLDEN_GAMMA;
    return SplitMix64.next(SplitMix64.next(config.seed() + term.part().number()) ^ tensor);
  }

  private LowRank truncated(LowRank.Directions directions, int rank, TensorScope scope) {
    LowRank cut =
        LowRank.of(
            LowRank.KERNEL.call(
                scope,
                "truncated",
                directions.u(),
                directions.s(),
                directions.v(),
                scope.longs(new long[] {rank}, 1)));
    if (config.svdClamp().isEmpty()) {
      return cut;
    }
    Tensor share = scope.doubles(new double[] {config.svdClamp().getAsDouble()}, 1);
    return LowRank.of(LowRank.KERNEL.call(scope, "clamped", cut.b(), cut.a(), share));
  }
}
