package org.tune4j.eval.uncertainty;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.predict.Judgement;

/**
 * What an ensemble says of a row, in the names of its labels, and how uncertain it is. Entropies
 * are in nats. The arrays belong to this record and are not to be changed.
 *
 * @param judgement what its members say together
 * @param predictiveEntropy {@code [1]}, of many labels the sum of theirs; of words {@code [words]},
 *     NaN where one was cut away; of a number none
 * @param expectedEntropy the part that each member has for itself: doubt that lies in the data
 * @param standardDeviation of a number, over the members; empty of labels
 */
public record EnsembleJudgement(
    Judgement judgement,
    double[] predictiveEntropy,
    double[] expectedEntropy,
    OptionalDouble standardDeviation) {
  /**
   * @param judged the places of the prediction that are told of; below 0 for none
   */
  static EnsembleJudgement of(Judgement judgement, EnsemblePrediction said, int[] judged) {
    if (said.task() instanceof HeadTask.Regression) {
      return new EnsembleJudgement(
          judgement, new double[0], new double[0], OptionalDouble.of(said.standardDeviation()));
    }
    List<List<EnsembleUncertainty>> all =
        Arrays.stream(judged)
            .mapToObj(at -> at < 0 ? List.<EnsembleUncertainty>of() : said.uncertainty(at))
            .toList();
    return new EnsembleJudgement(
        judgement,
        sums(all, EnsembleUncertainty::predictiveEntropy),
        sums(all, EnsembleUncertainty::expectedEntropy),
        OptionalDouble.empty());
  }

  private static double[] sums(
      List<List<EnsembleUncertainty>> all, ToDoubleFunction<EnsembleUncertainty> of) {
    return all.stream()
        .mapToDouble(each -> each.isEmpty() ? Double.NaN : each.stream().mapToDouble(of).sum())
        .toArray();
  }

  /**
   * The part by which members contradict each other, in the order of the entropies: doubt that lies
   * in the model, which more data would lower.
   */
  public double[] mutualInformation() {
    return IntStream.range(0, predictiveEntropy.length)
        .mapToDouble(i -> Math.max(0, predictiveEntropy[i] - expectedEntropy[i]))
        .toArray();
  }
}
