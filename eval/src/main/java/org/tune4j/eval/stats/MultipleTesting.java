package org.tune4j.eval.stats;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/**
 * P-values corrected for there being several of them, in the order given, as statsmodels has them.
 * Each throws a {@link DataException} if there is none, or one is not 0 to 1.
 */
public final class MultipleTesting {
  private MultipleTesting() {}

  /** Bonferroni's: simple, and never smaller than Holm's. */
  public static double[] bonferroni(double[] p) {
    check(p);
    return IntStream.range(0, p.length).mapToDouble(i -> Math.min(1, p[i] * p.length)).toArray();
  }

  /** Holm's: one wrong finding in all is as improbable as the corrected value says. */
  public static double[] holm(double[] p) {
    int[] ascending = ascending(p);
    double[] corrected = new double[p.length];
    double most = 0;
    for (int rank = 0; rank < p.length; rank++) {
      most = Math.max(most, Math.min(1, p[ascending[rank]] * (p.length - rank)));
      corrected[ascending[rank]] = most;
    }
    return corrected;
  }

  /** Benjamini and Hochberg's: the share of wrong ones among the findings stays below. */
  public static double[] benjaminiHochberg(double[] p) {
    int[] ascending = ascending(p);
    double[] corrected = new double[p.length];
    double least = 1;
    for (int rank = p.length - 1; rank >= 0; rank--) {
      least = Math.min(least, p[ascending[rank]] * p.length / (rank + 1));
      corrected[ascending[rank]] = least;
    }
    return corrected;
  }

  private static int[] ascending(double[] p) {
    check(p);
    return IntStream.range(0, p.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> p[i]))
        .mapToInt(i -> i)
        .toArray();
  }

  private static void check(double[] p) {
    for (double each : Inputs.finite("p-values", p)) {
      if (each < 0 || each > 1) {
        throw new DataException("p-values: found " + each + ", wanted 0 to 1");
      }
    }
  }
}
