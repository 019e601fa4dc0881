package org.tune4j.eval.label;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.Inputs;
import org.tune4j.eval.stats.RowStatistics;

/**
 * How often each label was predicted, right, and both, and precision, recall and F1 by that, as
 * scikit-learn's {@code precision_recall_fscore_support} has them. Holds three counts a label,
 * however many examples there are.
 *
 * <p>Used as it is for examples with any number of labels each; {@link ConfusionMatrix} gives it
 * for those with one, {@link EntityF1} for entities.
 */
public final class LabelCounts {
  private final long[] both;
  private final long[] predicted;
  private final long[] gold;

  /**
   * Counts of nothing.
   *
   * @param labels how many labels there are
   * @throws ConfigException if there is none
   */
  public LabelCounts(int labels) {
    this(new long[atLeastOne(labels)], new long[labels], new long[labels]);
  }

  LabelCounts(long[] both, long[] predicted, long[] gold) {
    this.both = both;
    this.predicted = predicted;
    this.gold = gold;
  }

  private static int atLeastOne(int labels) {
    if (labels < 1) {
      throw new ConfigException("labels: found " + labels + ", wanted at least 1");
    }
    return labels;
  }

  /**
   * Any metric of the counts, made ready for {@link org.tune4j.eval.stats.Bootstrap}.
   *
   * @param examples the counts of each
   * @param metric such as the macro F1
   */
  public static RowStatistics rows(
      List<LabelCounts> examples, ToDoubleFunction<LabelCounts> metric) {
    int labels = examples.get(0).labels();
    double[][] statistics =
        examples.stream()
            .map(
                each ->
                    Stream.of(each.both, each.predicted, each.gold)
                        .flatMapToDouble(counts -> Arrays.stream(counts).asDoubleStream())
                        .toArray())
            .toArray(double[][]::new);
    return RowStatistics.of(
        statistics,
        sum ->
            metric.applyAsDouble(
                new LabelCounts(
                    part(sum, 0, labels),
                    part(sum, labels, labels),
                    part(sum, 2 * labels, labels))));
  }

  private static long[] part(double[] sum, int from, int length) {
    return Arrays.stream(sum, from, from + length).mapToLong(each -> (long) each).toArray();
  }

  /**
   * Counts one example.
   *
   * @param gold the labels that are right, by id
   * @param predicted the labels that were predicted, by id
   */
  public void add(boolean[] gold, boolean[] predicted) {
    Inputs.sameLength("labels of an example", gold.length, predicted.length);
    Inputs.sameLength("labels of an example and all labels", gold.length, both.length);
    for (int label = 0; label < both.length; label++) {
      this.both[label] += gold[label] && predicted[label] ? 1 : 0;
      this.predicted[label] += predicted[label] ? 1 : 0;
      this.gold[label] += gold[label] ? 1 : 0;
    }
  }

  /** How many labels there are. */
  public int labels() {
    return both.length;
  }

  /** The labels whose precision is undefined, as nothing was predicted to be one of them. */
  public int[] neverPredicted() {
    return IntStream.range(0, labels()).filter(label -> predicted[label] == 0).toArray();
  }

  /** The labels whose recall is undefined, as nothing is one of them. */
  public int[] neverRight() {
    return IntStream.range(0, labels()).filter(label -> gold[label] == 0).toArray();
  }

  /** The scores of each label, NaN where undefined. */
  public List<LabelScore> each() {
    return each(ZeroDivision.NAN);
  }

  /** The scores of each label. */
  public List<LabelScore> each(ZeroDivision undefined) {
    return IntStream.range(0, labels())
        .mapToObj(
            label ->
                new LabelScore(
                    precision(label, undefined),
                    recall(label, undefined),
                    fBeta(1, label, undefined),
                    gold[label]))
        .toList();
  }

  /** The scores of all labels together; what is undefined of one is left out of the mean. */
  public LabelScore score(Average average) {
    return score(average, ZeroDivision.NAN);
  }

  /** The scores of all labels together. */
  public LabelScore score(Average average, ZeroDivision undefined) {
    if (average == Average.MICRO) {
      return together().each(undefined).get(0);
    }
    return new LabelScore(
        mean(average, label -> precision(label, undefined), undefined),
        mean(average, label -> recall(label, undefined), undefined),
        fBeta(1, average, undefined),
        sum(gold));
  }

  /**
   * F-beta of all labels together: recall weighs {@code beta} times as much as precision.
   *
   * @throws ConfigException if beta is not positive
   */
  public double fBeta(double beta, Average average, ZeroDivision undefined) {
    if (!(beta > 0 && beta < Double.POSITIVE_INFINITY)) {
      throw new ConfigException("beta: found " + beta + ", wanted more than 0");
    }
    return average == Average.MICRO
        ? together().fBeta(beta, 0, undefined)
        : mean(average, label -> fBeta(beta, label, undefined), undefined);
  }

  private double precision(int label, ZeroDivision undefined) {
    return undefined.of(both[label], predicted[label]);
  }

  private double recall(int label, ZeroDivision undefined) {
    return undefined.of(both[label], gold[label]);
  }

  private double fBeta(double beta, int label, ZeroDivision undefined) {
    double squared = beta * beta;
    return undefined.of((1 + squared) * both[label], squared * gold[label] + predicted[label]);
  }

  /** All labels as one. */
  private LabelCounts together() {
    return new LabelCounts(
        new long[] {sum(both)}, new long[] {sum(predicted)}, new long[] {sum(gold)});
  }

  private static long sum(long[] counts) {
    return Arrays.stream(counts).sum();
  }

  /** NaN counts for nothing; labels that are never right count the same where all are so. */
  private double mean(Average average, IntToDoubleFunction score, ZeroDivision undefined) {
    int[] defined =
        IntStream.range(0, labels())
            .filter(label -> !Double.isNaN(score.applyAsDouble(label)))
            .toArray();
    boolean same =
        average == Average.MACRO || Arrays.stream(defined).allMatch(label -> gold[label] == 0);
    double sum = 0;
    double weights = 0;
    for (int label : defined) {
      double weight = same ? 1 : gold[label];
      sum += weight * score.applyAsDouble(label);
      weights += weight;
    }
    return undefined.of(sum, weights);
  }
}
