package org.tune4j.eval.uncertainty;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.eval.stats.SeedSummary;

/**
 * What the members of an ensemble say of one example.
 *
 * @param task what they say
 * @param members what each says, two at least, all of the same example
 */
public record EnsemblePrediction(HeadTask task, List<Prediction> members) {
  public EnsemblePrediction {
    members = List.copyOf(members);
  }

  /** What they say together: the mean of their probabilities, or of their numbers. Has no loss. */
  public Prediction mean() {
    Prediction first = members.get(0);
    float[][] outputs = new float[first.outputs().length][];
    for (int judged = 0; judged < outputs.length; judged++) {
      outputs[judged] = new float[task.outputs()];
      for (int output = 0; output < task.outputs(); output++) {
        outputs[judged][output] =
            (float) Arrays.stream(values(judged, output)).average().orElseThrow();
      }
    }
    return new Prediction(first.example(), first.tokens(), outputs, LossSum.NONE);
  }

  /** {@code [members]} */
  private double[] values(int judged, int output) {
    return members.stream().mapToDouble(member -> member.outputs()[judged][output]).toArray();
  }

  /**
   * Their uncertainty at a judged place: one of exclusive labels; of many labels one a label, of it
   * being right or not. Labels that are judged each for itself are independent of each other, so
   * that their entropies may be added up.
   *
   * @throws IllegalStateException if they say numbers
   */
  public List<EnsembleUncertainty> uncertainty(int judged) {
    if (task instanceof HeadTask.Regression) {
      throw new IllegalStateException("Numbers have no entropy, but a standard deviation");
    }
    if (task instanceof HeadTask.MultiLabel) {
      return IntStream.range(0, task.outputs())
          .mapToObj(
              label ->
                  Arrays.stream(values(judged, label))
                      .mapToObj(p -> new double[] {p, 1 - p})
                      .toArray(double[][]::new))
          .map(EnsembleUncertainty::of)
          .toList();
    }
    double[][] probabilities = new double[members.size()][task.outputs()];
    for (int label = 0; label < task.outputs(); label++) {
      double[] values = values(judged, label);
      for (int member = 0; member < values.length; member++) {
        probabilities[member][label] = values[member];
      }
    }
    return List.of(EnsembleUncertainty.of(probabilities));
  }

  /** How far their numbers are apart: the standard deviation over members. */
  public double standardDeviation() {
    return SeedSummary.of(values(0, 0)).standardDeviation();
  }
}
