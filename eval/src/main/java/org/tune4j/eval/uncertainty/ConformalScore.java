package org.tune4j.eval.uncertainty;

import java.util.stream.IntStream;

/** How strange a label is to a model: by this, conformal prediction decides what is in a set. */
public enum ConformalScore {
  /** Least ambiguous sets: 1 less the label's probability (Sadinle et al. 2019). */
  LAC {
    @Override
    double[] of(double[] probabilities) {
      return IntStream.range(0, probabilities.length)
          .mapToDouble(label -> 1 - probabilities[label])
          .toArray();
    }
  },
  /**
   * Adaptive sets: the probability of the label and of all more probable ones, without
   * randomisation (Romano et al. 2020). Sets grow with the doubt about an example, and are larger
   * than LAC's on the whole. An empty set becomes the most probable label; so where a model is
   * often surer of one label than the threshold, sets cover more often than asked.
   */
  APS {
    @Override
    double[] of(double[] probabilities) {
      int[] descending =
          IntStream.range(0, probabilities.length)
              .boxed()
              .sorted((a, b) -> Double.compare(probabilities[b], probabilities[a]))
              .mapToInt(label -> label)
              .toArray();
      double[] scores = new double[probabilities.length];
      double sum = 0;
      for (int label : descending) {
        sum += probabilities[label];
        scores[label] = sum;
      }
      return scores;
    }
  };

  /** {@code [labels]}: each label's score; the greater, the stranger. */
  abstract double[] of(double[] probabilities);
}
