package org.tune4j.engine.objective;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.HeadSpec;
import org.tune4j.engine.objective.HeadLoss.BinaryCrossEntropy;
import org.tune4j.engine.objective.HeadLoss.CrossEntropy;

/**
 * Which rows of a batch a task head judges, and what is wanted of each.
 *
 * @param loss of a row
 * @param reads whose vectors are judged
 * @param batch what is judged
 * @param rows flat positions
 * @param documents {@code [rows]}, the document of each
 * @param wanted {@code [rows, width]}; none where the batch has no labels
 * @param width numbers that are wanted of a row
 */
record Judgements(
    HeadLoss loss,
    Reads reads,
    Batch batch,
    int[] rows,
    int[] documents,
    float[] wanted,
    int width) {
  /**
   * Those of a batch.
   *
   * @throws ConfigException if it has other targets than the objective learns
   */
  static Judgements of(HeadObjective objective, Batch batch) {
    requireFitting(objective, batch);
    return objective instanceof SequenceClassification sequences
        ? ofSequences(sequences, batch)
        : ofTokens(objective.loss(), batch);
  }

  private static void requireFitting(HeadObjective objective, Batch batch) {
    Class<? extends Target> wanted =
        objective instanceof TokenClassification
            ? Target.TokenLabels.class
            : objective.loss() instanceof CrossEntropy
                ? Target.OneLabel.class
                : objective.loss() instanceof BinaryCrossEntropy
                    ? Target.ManyLabels.class
                    : Target.Number.class;
    List<Target> targets = batch.targets();
    for (int d = 0; d < targets.size(); d++) {
      if (!wanted.isInstance(targets.get(d))) {
        throw new ConfigException(
            "%s: its target is %s, and %s learns %s"
                .formatted(
                    batch.sources().get(d),
                    targets.get(d).getClass().getSimpleName(),
                    objective,
                    wanted.getSimpleName()));
      }
    }
  }

  private static Judgements ofSequences(SequenceClassification objective, Batch batch) {
    int[] documents = IntStream.range(0, batch.documents()).toArray();
    int width = batch.targets().isEmpty() ? 1 : batch.targets().get(0).numbers().length;
    float[] wanted = new float[batch.targets().size() * width];
    for (int d = 0; d < batch.targets().size(); d++) {
      float[] numbers = batch.targets().get(d).numbers();
      if (numbers.length != width) {
        throw new ConfigException(
            "%s: %d labels, and %d in the same batch"
                .formatted(batch.sources().get(d), numbers.length, width));
      }
      System.arraycopy(numbers, 0, wanted, d * width, width);
    }
    return new Judgements(
        objective.loss(),
        objective.judgedBy(),
        batch,
        rows(objective.judgedBy(), batch.sequenceLengths()),
        documents,
        wanted,
        width);
  }

  /** The place of each document's token in a flat batch. */
  private static int[] rows(Reads judgedBy, int[] lengths) {
    int[] rows = new int[lengths.length];
    int start = 0;
    for (int d = 0; d < lengths.length; d++) {
      rows[d] = judgedBy == Reads.FIRST ? start : start + lengths[d] - 1;
      start += lengths[d];
    }
    return rows;
  }

  private static Judgements ofTokens(HeadLoss loss, Batch batch) {
    int[] rows = new int[batch.tokens()];
    int[] documents = new int[batch.tokens()];
    float[] wanted = new float[batch.targets().isEmpty() ? 0 : batch.tokens()];
    int count = 0;
    int start = 0;
    for (int d = 0; d < batch.documents(); d++) {
      int length = batch.sequenceLengths()[d];
      float[] labels = wanted.length == 0 ? null : batch.targets().get(d).numbers();
      for (int t = 0; t < length; t++) {
        if (labels == null || labels[t] != EncodedExample.NOT_LEARNED) {
          rows[count] = start + t;
          documents[count] = d;
          if (labels != null) {
            wanted[count] = labels[t];
          }
          count++;
        }
      }
      start += length;
    }
    return new Judgements(
        loss,
        Reads.EACH,
        batch,
        Arrays.copyOf(rows, count),
        Arrays.copyOf(documents, count),
        Arrays.copyOf(wanted, Math.min(count, wanted.length)),
        1);
  }

  boolean labelled() {
    return wanted.length > 0;
  }

  /** {@code [rows]}, what each row's label counts for; none where there are no labels. */
  double[] labelWeights() {
    double[] weights = new double[labelled() ? rows.length : 0];
    Arrays.setAll(weights, r -> loss instanceof CrossEntropy one ? one.weight((int) wanted[r]) : 1);
    return weights;
  }

  /** {@code [rows]}, what each row's loss is multiplied with: the weights of label and example. */
  double[] weights() {
    double[] weights = labelWeights();
    for (int r = 0; r < weights.length; r++) {
      weights[r] *= batch.exampleWeights()[documents[r]];
    }
    return weights;
  }

  /**
   * Refuses a head that has not as many outputs as there are labels.
   *
   * @param outputs of the head
   */
  void requireOutputs(int outputs) {
    if (loss instanceof CrossEntropy one) {
      if (!one.weights().isEmpty() && one.weights().size() != outputs) {
        throw new ConfigException(
            "%d label weights, and the head has %d outputs"
                .formatted(one.weights().size(), outputs));
      }
      for (int r = 0; r < wanted.length; r++) {
        if (wanted[r] >= outputs) {
          throw wrong(r, "label " + (int) wanted[r], outputs);
        }
      }
    } else if (labelled() && width != outputs) {
      throw wrong(0, width + " numbers wanted of the head", outputs);
    }
  }

  /**
   * Refuses a head that judges by other vectors than the objective does. An output layer for words
   * judges whatever it is given.
   */
  void requireReads(HeadSpec head) {
    if (head instanceof ClassificationHead classifier && classifier.reads() != reads) {
      throw new ConfigException(
          "the objective judges by %s, and the model's head %s reads %s: wanted is an objective of %s"
              .formatted(
                  by(reads),
                  classifier.out().module(),
                  by(classifier.reads()),
                  classifier.reads()));
    }
  }

  private static String by(Reads reads) {
    return reads == Reads.EACH
        ? "each token"
        : "the " + reads.name().toLowerCase(Locale.ROOT) + " token";
  }

  private ConfigException wrong(int row, String found, int outputs) {
    return new ConfigException(
        "%s: %s, which has %d outputs; does the model belong to these labels?"
            .formatted(batch.sources().get(documents[row]), found, outputs));
  }
}
