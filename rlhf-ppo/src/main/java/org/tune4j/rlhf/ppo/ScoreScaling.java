package org.tune4j.rlhf.ppo;

import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * Brings scores to a common size, by the mean and the deviation of all scores so far, and clips
 * them: TRL 0.7's {@code use_score_scaling}, {@code use_score_norm} and {@code score_clip}. As long
 * as all scores were the same, which TRL divides by {@value #EPSILON}, they keep their size. What
 * it has seen is its state.
 */
final class ScoreScaling {
  /** Smallest distance of two fp32 numbers at 1, as TRL adds it. */
  private static final double EPSILON = 1.1920929e-7;

  private final boolean scales;
  private final boolean shifts;
  private final Double clip;
  private Moments seen = new Moments(0, 1, 1e-24);

  /**
   * Of all scores so far.
   *
   * @param variance over n
   */
  record Moments(double mean, double variance, double count) {
    /** With more numbers (Chan et al., 1979). */
    Moments with(double[] numbers) {
      double mine = DoubleStream.of(numbers).average().orElse(0);
      double squares = DoubleStream.of(numbers).map(x -> (x - mine) * (x - mine)).sum();
      double total = count + numbers.length;
      double delta = mine - mean;
      double sum = squares + variance * count + delta * delta * count * numbers.length / total;
      return new Moments(mean + delta * numbers.length / total, sum / total, total);
    }

    /** Over n - 1; 0 of a single one. */
    double deviation() {
      return count > 1 ? Math.sqrt(variance * count / (count - 1)) : 0;
    }
  }

  ScoreScaling(PpoConfig config) {
    this.scales = config.useScoreScaling();
    this.shifts = config.useScoreNorm();
    this.clip = config.scoreClip();
  }

  Moments state() {
    return seen;
  }

  void restore(Moments state) {
    seen = state;
  }

  /** Learns of scores, and scales them. */
  double[] of(double[] scores) {
    double[] scaled = scores;
    if (scales) {
      seen = seen.with(scores);
      double deviation = seen.deviation();
      boolean varied = deviation > EPSILON * Math.max(1, Math.abs(seen.mean()));
      double factor = varied ? deviation + EPSILON : 1;
      double mean = shifts ? seen.mean() : 0;
      scaled = Arrays.stream(scores).map(score -> (score - mean) / factor).toArray();
    }
    return clip == null
        ? scaled
        : Arrays.stream(scaled).map(score -> Math.max(-clip, Math.min(clip, score))).toArray();
  }
}
