package org.tune4j.eval.stats;

import java.util.Arrays;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.PValueMethod;
import org.apache.commons.statistics.inference.TTest;
import org.apache.commons.statistics.inference.WilcoxonSignedRankTest;
import org.apache.commons.statistics.ranking.NaturalRanking;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/**
 * Tests of a value a row from each of two models on the same rows, first minus second, as scipy has
 * them.
 */
public final class PairedTests {
  /** Pairs up to which scipy takes the exact test by itself. */
  private static final int MOST_EXACT = 50;

  private final double[] first;
  private final double[] second;
  private final double[] differences;

  /**
   * Pairs.
   *
   * @throws DataException if there are less than two, more on one side, or a value is not finite
   */
  public PairedTests(double[] first, double[] second) {
    Inputs.sameLength("pairs", first.length, second.length);
    this.first = Inputs.finite("first of each pair", first);
    this.second = Inputs.finite("second of each pair", second);
    if (first.length < 2) {
      throw new DataException("pairs: found " + first.length + ", wanted at least 2");
    }
    this.differences = new double[first.length];
    for (int i = 0; i < first.length; i++) {
      differences[i] = first[i] - second[i];
    }
  }

  /** Student's t test of the mean difference; NaN where all pairs are equal. */
  public TestResult t(AlternativeHypothesis alternative) {
    return TestResult.of(TTest.withDefaults().with(alternative).pairedTest(first, second));
  }

  /** The mean difference by the standard deviation of the differences (Cohen's d). */
  public double cohenD() {
    SeedSummary summary = SeedSummary.of(differences);
    return summary.mean() / summary.standardDeviation();
  }

  /** What Wilcoxon's test does with pairs that are equal. */
  public enum Zeros {
    /** Leaves them out (Wilcoxon). */
    LEFT_OUT,
    /** Ranks them, then leaves them out (Pratt). */
    RANKED
  }

  /**
   * Wilcoxon's signed-rank test of the median difference: exact for up to 50 pairs without ties or
   * zeros, else by the normal distribution with ties allowed for and zeros left out. Differences
   * are ranked as they were computed, unrounded.
   *
   * @return two-sided with the lesser of both rank sums, one-sided with that of positive
   *     differences; p is 1 where all pairs are equal
   */
  public TestResult wilcoxon(AlternativeHypothesis alternative) {
    return differences.length <= MOST_EXACT && distinct()
        ? wilcoxonExact(alternative)
        : wilcoxonNormal(alternative, Zeros.LEFT_OUT, false);
  }

  /**
   * Wilcoxon's test by all ways in which the signs could have fallen.
   *
   * @throws DataException if there are ties or zeros
   */
  public TestResult wilcoxonExact(AlternativeHypothesis alternative) {
    if (!distinct()) {
      throw new DataException("Wilcoxon: found ties or zeros, wanted none for an exact p-value");
    }
    TestResult found =
        TestResult.of(
            WilcoxonSignedRankTest.withDefaults()
                .with(alternative)
                .with(PValueMethod.EXACT)
                .test(differences));
    double all = differences.length * (differences.length + 1.0) / 2;
    return reported(alternative, found.statistic(), all, found.p());
  }

  /**
   * Wilcoxon's test by the normal distribution. The variance is that of the ranks there are, so it
   * allows for ties; the library's differs from scipy's by taking zeros for ties as well.
   *
   * @param corrected for continuity
   */
  public TestResult wilcoxonNormal(
      AlternativeHypothesis alternative, Zeros zeros, boolean corrected) {
    double[] kept =
        zeros == Zeros.RANKED
            ? differences
            : Arrays.stream(differences).filter(d -> d != 0).toArray();
    double[] ranks = new NaturalRanking().apply(Arrays.stream(kept).map(Math::abs).toArray());
    double positive = 0;
    double all = 0;
    double squares = 0;
    for (int i = 0; i < kept.length; i++) {
      positive += kept[i] > 0 ? ranks[i] : 0;
      all += kept[i] != 0 ? ranks[i] : 0;
      squares += kept[i] != 0 ? ranks[i] * ranks[i] : 0;
    }
    if (squares == 0) {
      return new TestResult(0, 1);
    }
    double distance = positive - all / 2;
    double correction =
        switch (alternative) {
          case TWO_SIDED -> Math.signum(distance) / 2;
          case GREATER_THAN -> 0.5;
          case LESS_THAN -> -0.5;
        };
    double z = (distance - (corrected ? correction : 0)) / (Math.sqrt(squares) / 2);
    return reported(alternative, positive, all, StandardNormal.pValue(z, alternative));
  }

  private static TestResult reported(
      AlternativeHypothesis alternative, double positive, double all, double p) {
    boolean twoSided = alternative == AlternativeHypothesis.TWO_SIDED;
    return new TestResult(twoSided ? Math.min(positive, all - positive) : positive, p);
  }

  private boolean distinct() {
    return Arrays.stream(differences).map(Math::abs).filter(d -> d != 0).distinct().count()
        == differences.length;
  }
}
