package org.tune4j.eval.stats;

import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.DataDispersion;
import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.apache.commons.statistics.inference.PValueMethod;
import org.apache.commons.statistics.inference.TTest;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/**
 * Tests of values of two models on different rows, or of runs with different seeds, as scipy has
 * them. On the same rows {@link PairedTests} see more.
 */
public final class TwoSampleTests {
  /** Values of the smaller sample up to which scipy takes the exact U test by itself. */
  private static final int MOST_EXACT = 8;

  private final double[] first;
  private final double[] second;

  /**
   * Two samples, of any sizes.
   *
   * @throws DataException if one has less than two values, or one that is not finite
   */
  public TwoSampleTests(double[] first, double[] second) {
    this.first = Inputs.finite("first sample", first);
    this.second = Inputs.finite("second sample", second);
    if (first.length < 2 || second.length < 2) {
      throw new DataException(
          "samples: found "
              + first.length
              + " and "
              + second.length
              + " values, wanted at least 2 of each");
    }
  }

  /** Welch's t test of the means, which may have different variances. */
  public TestResult welch(AlternativeHypothesis alternative) {
    return TestResult.of(
        TTest.withDefaults()
            .with(DataDispersion.HETEROSCEDASTIC)
            .with(alternative)
            .test(first, second));
  }

  /**
   * Mann and Whitney's U test of one sample's values being the greater: exact without ties where
   * one sample has up to 8 values and the other less than 50, else by the normal distribution with
   * correction for continuity.
   */
  public TestResult mannWhitney(AlternativeHypothesis alternative) {
    boolean small = Math.min(first.length, second.length) <= MOST_EXACT;
    return TestResult.of(
        MannWhitneyUTest.withDefaults()
            .with(alternative)
            .with(small ? PValueMethod.AUTO : PValueMethod.ASYMPTOTIC)
            .test(first, second));
  }
}
