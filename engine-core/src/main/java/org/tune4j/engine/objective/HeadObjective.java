package org.tune4j.engine.objective;

import java.util.Arrays;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.HeadSpec;
import org.tune4j.engine.model.Recompute;

/** A loss over what a task head says: of each document of a batch, or of each labelled token. */
public sealed interface HeadObjective extends Objective
    permits SequenceClassification, TokenClassification {
  /**
   * What a model's head learns by.
   *
   * @throws ConfigException if the loss is none of the task, or the head none for it
   */
  static HeadObjective of(HeadTask task, HeadLoss loss, HeadSpec head) {
    if (!(head instanceof ClassificationHead classifier)) {
      throw new ConfigException(
          "the model says the next token and has no head for %s: load it with one"
              .formatted(task.getClass().getSimpleName()));
    }
    if (HeadLoss.of(task).getClass() != loss.getClass()) {
      throw new ConfigException(
          "%s is learned by %s, found %s"
              .formatted(
                  task.getClass().getSimpleName(),
                  HeadLoss.of(task).getClass().getSimpleName(),
                  loss.getClass().getSimpleName()));
    }
    boolean words = task instanceof HeadTask.WordLabels;
    if (words != (classifier.reads() == Reads.EACH)
        || task.outputs() != classifier.out().outputs()) {
      throw new ConfigException(
          "the model's head gives %d numbers of %s, and %s wants %d of %s"
              .formatted(
                  classifier.out().outputs(),
                  classifier.reads() == Reads.EACH ? "each token" : "a text",
                  task.getClass().getSimpleName(),
                  task.outputs(),
                  words ? "each token" : "a text"));
    }
    return words
        ? new TokenClassification((HeadLoss.CrossEntropy) loss)
        : new SequenceClassification(classifier.reads(), loss);
  }

  /** The loss of one judgement. */
  HeadLoss loss();

  @Override
  default double weight(Batch batch) {
    return Arrays.stream(Judgements.of(this, batch).labelWeights()).sum();
  }

  @Override
  default LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    return HeadPass.lossAndGradients(
        model, batch, Judgements.of(this, batch.batch()), scale, recompute, seeds);
  }

  @Override
  default LossSum loss(BoundModel model, BatchTensors batch) {
    return judge(model, batch).loss();
  }

  /** What the head says of a batch, without dropout; of documents without a target too. */
  default Judged judge(BoundModel model, BatchTensors batch) {
    return judge(model, batch, null);
  }

  /**
   * What the head says of a batch; of documents without a target too.
   *
   * @param seeds what dropout depends on, which works as in training; null for none
   */
  default Judged judge(BoundModel model, BatchTensors batch, BlockSeeds seeds) {
    return HeadPass.judge(model, batch, Judgements.of(this, batch.batch()), seeds);
  }
}
