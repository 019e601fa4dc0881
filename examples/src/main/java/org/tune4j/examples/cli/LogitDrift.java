package org.tune4j.examples.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * How far the scores of two models are apart.
 *
 * @param greatest the greatest absolute difference of two scores
 * @param sameBest at how many positions both have the same best token
 * @param positions how many were compared
 * @param divergence the mean Kullback-Leibler divergence from the first's distributions to the
 *     second's, in nats
 */
record LogitDrift(double greatest, int sameBest, int positions, double divergence) {
  /** The scores after every token of some texts: an array a text, position by position. */
  static List<float[]> scores(BoundModel model, List<int[]> texts) {
    List<float[]> all = new ArrayList<>();
    for (int[] ids : texts) {
      int[] none = new int[ids.length];
      Arrays.fill(none, EncodedExample.NOT_LEARNED);
      Batch batch = Batch.of(List.of(new EncodedExample(0, "text", ids, none)));
      try (TensorScope work = TensorScope.open()) {
        Tensor hidden = model.hidden(model.upload(batch, work), work);
        Tensor rows = work.longs(IntStream.range(0, ids.length).toArray());
        all.add(model.output().logits(hidden, rows, work).toFloats());
      }
    }
    return all;
  }

  /** Compares scores of the same texts. */
  static LogitDrift between(List<float[]> a, List<float[]> b, int vocabulary) {
    double greatest = 0;
    int same = 0;
    int positions = 0;
    double divergence = 0;
    for (int text = 0; text < a.size(); text++) {
      float[] x = a.get(text);
      float[] y = b.get(text);
      for (int from = 0; from < x.length; from += vocabulary) {
        for (int i = from; i < from + vocabulary; i++) {
          double difference = Math.abs((double) x[i] - y[i]);
          greatest = difference <= greatest ? greatest : difference; // NaN counts as greater
        }
        int bestX = best(x, from, vocabulary);
        int bestY = best(y, from, vocabulary);
        same += bestX == bestY ? 1 : 0;
        divergence +=
            divergence(
                x,
                y,
                from,
                vocabulary,
                logSum(x, from, vocabulary, x[bestX]),
                logSum(y, from, vocabulary, y[bestY]));
        positions++;
      }
    }
    return new LogitDrift(greatest, same, positions, divergence / Math.max(1, positions));
  }

  /**
   * @param a the logarithm of the sum of exponentials of {@code x}; {@code b} that of {@code y}
   */
  private static double divergence(float[] x, float[] y, int from, int count, double a, double b) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += Math.exp(x[i] - a) * (x[i] - a - y[i] + b);
    }
    return sum;
  }

  /** The logarithm of the sum of exponentials. */
  private static double logSum(float[] scores, int from, int count, double greatest) {
    double sum = 0;
    for (int i = from; i < from + count; i++) {
      sum += Math.exp(scores[i] - greatest);
    }
    return greatest + Math.log(sum);
  }

  private static int best(float[] scores, int from, int count) {
    int best = from;
    for (int i = from; i < from + count; i++) {
      best = scores[i] > scores[best] ? i : best;
    }
    return best;
  }
}
