package org.tune4j.eval.label;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.eval.Inputs;

/** The area under the ROC curve for more than two labels, as scikit-learn has it. */
public final class MulticlassAuc {
  private static final String WHAT = "ROC-AUC";
  private final int[] gold;
  private final double[][] probabilities;
  private final Average average;

  private MulticlassAuc(int[] gold, double[][] probabilities, Average average) {
    Inputs.sameLength(WHAT, gold.length, probabilities.length);
    if (average == Average.MICRO) {
      throw new ConfigException(WHAT + ": found average MICRO, wanted MACRO or WEIGHTED");
    }
    this.gold = gold;
    this.probabilities = probabilities;
    this.average = average;
    for (int row = 0; row < gold.length; row++) {
      Inputs.sameLength(WHAT + ", labels", probabilities[0].length, probabilities[row].length);
      Inputs.probabilities(WHAT + ", example " + row, probabilities[row]);
      Inputs.label("gold label of example " + row, gold[row], labels());
    }
    for (int label = 0; label < labels(); label++) {
      if (count(label) == 0) {
        throw new DataException(
            WHAT + ": no example has label " + label + ", wanted some of each of " + labels());
      }
    }
  }

  /**
   * Each label against all others; the mean of that.
   *
   * @param gold the right labels' ids
   * @param probabilities {@code [examples, labels]}
   * @param average macro, or weighted by how often each label is right
   * @throws DataException if a label has no example, lengths differ or a row is no probabilities
   * @throws ConfigException if the average is micro
   */
  public static double oneVsRest(int[] gold, double[][] probabilities, Average average) {
    return new MulticlassAuc(gold, probabilities, average).oneVsRest();
  }

  /**
   * Each pair of labels against each other, by either's probability (Hand and Till 2001); the mean
   * of that. Does not depend on how often each label occurs when the average is macro.
   *
   * @param average macro, or weighted by how often either label of a pair is right
   * @throws DataException as {@link #oneVsRest}
   * @throws ConfigException as {@link #oneVsRest}
   */
  public static double oneVsOne(int[] gold, double[][] probabilities, Average average) {
    return new MulticlassAuc(gold, probabilities, average).oneVsOne();
  }

  private int labels() {
    return probabilities[0].length;
  }

  private long count(int label) {
    return Arrays.stream(gold).filter(each -> each == label).count();
  }

  private double oneVsRest() {
    int[] all = IntStream.range(0, gold.length).toArray();
    return mean(labels(), label -> auc(all, label), this::count);
  }

  private double oneVsOne() {
    int[][] pairs =
        IntStream.range(0, labels())
            .boxed()
            .flatMap(a -> IntStream.range(a + 1, labels()).mapToObj(b -> new int[] {a, b}))
            .toArray(int[][]::new);
    return mean(
        pairs.length,
        pair -> {
          int a = pairs[pair][0];
          int b = pairs[pair][1];
          int[] rows =
              IntStream.range(0, gold.length)
                  .filter(row -> gold[row] == a || gold[row] == b)
                  .toArray();
          return (auc(rows, a) + auc(rows, b)) / 2;
        },
        pair -> count(pairs[pair][0]) + count(pairs[pair][1]));
  }

  private double auc(int[] rows, int label) {
    boolean[] positive = new boolean[rows.length];
    double[] scores = new double[rows.length];
    for (int i = 0; i < rows.length; i++) {
      positive[i] = gold[rows[i]] == label;
      scores[i] = probabilities[rows[i]][label];
    }
    return ThresholdCurve.of(positive, scores).rocAuc();
  }

  private double mean(int parts, IntToDoubleFunction value, IntToDoubleFunction weight) {
    double sum = 0;
    double weights = 0;
    for (int part = 0; part < parts; part++) {
      double each = average == Average.WEIGHTED ? weight.applyAsDouble(part) : 1;
      sum += each * value.applyAsDouble(part);
      weights += each;
    }
    return sum / weights;
  }
}
