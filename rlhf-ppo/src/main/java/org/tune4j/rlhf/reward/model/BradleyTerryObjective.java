package org.tune4j.rlhf.reward.model;

import java.util.List;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.RatedDocument;
import org.tune4j.engine.data.Rating;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.ForwardActivations;
import org.tune4j.engine.model.HeadSpec;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * {@link BradleyTerry} over pairs of answers, each of which a head of one number has read: TRL's
 * loss of {@code RewardTrainer}, its mean that over pairs. Documents carry their pair's margin as
 * their target.
 */
public final class BradleyTerryObjective implements Objective {
  private final BradleyTerry loss;

  /** An objective. */
  public BradleyTerryObjective(BradleyTerry loss) {
    this.loss = loss;
  }

  /**
   * The token that a reward is read from.
   *
   * @throws ConfigException if the head gives no single number a text
   */
  static Reads reads(HeadSpec head) {
    if (head instanceof ClassificationHead classifier
        && classifier.reads() != Reads.EACH
        && classifier.out().outputs() == 1) {
      return classifier.reads();
    }
    throw new ConfigException(
        "a reward model: wanted a head of one number a text (num_labels 1), found %d outputs of %s"
            .formatted(
                head.out().outputs(),
                head instanceof ClassificationHead classifier
                    ? classifier.reads()
                    : "a vocabulary"));
  }

  @Override
  public double weight(Batch batch) {
    return pairs(batch);
  }

  /** Of a head's bias, which is a constant on all rewards, only centring sees anything. */
  @Override
  public Set<String> blindTo(Architecture model) {
    return loss.centerRewardsCoefficient() > 0
        ? Set.of()
        : Set.of(model.head().out().module() + ".bias");
  }

  private static int pairs(Batch batch) {
    List<RatedDocument> rated = batch.rated();
    if (rated.isEmpty() || rated.stream().anyMatch(each -> !each.isPaired())) {
      throw new ConfigException(
          "a reward model learns from pairs: %s has one answer alone"
              .formatted(batch.sources().get(0)));
    }
    return rated.size() / 2;
  }

  @Override
  public LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    try (TensorScope work = model.workScope()) {
      ForwardActivations activations = model.forward(batch, recompute, seeds, work);
      Tensor hidden = activations.hidden();
      Tensor gradient = TensorOps.zeros(work, hidden.dtype(), hidden.shape());
      LossSum sum = eachPair(model, batch.batch(), hidden, gradient, scale);
      model.backward(activations, gradient);
      return sum;
    }
  }

  @Override
  public LossSum loss(BoundModel model, BatchTensors batch) {
    try (TensorScope work = model.workScope()) {
      return eachPair(model, batch.batch(), model.hidden(batch, work), null, 0);
    }
  }

  /**
   * A pair at a time. What the loss says of both rewards cancels exactly in the head's bias then,
   * so that Adam makes no steps of rounding noise there, where nothing is centred.
   *
   * @param gradient of the hidden vectors, that is added to; null for the loss alone
   */
  private LossSum eachPair(
      BoundModel model, Batch batch, Tensor hidden, Tensor gradient, double scale) {
    Reads reads = reads(model.architecture().head());
    int[] rows = rows(reads, batch.sequenceLengths());
    int pairs = pairs(batch);
    double sum = 0;
    for (int d = 0; d < rows.length; d++) {
      RatedDocument document = batch.rated().get(d);
      if (document.rating() == Rating.CHOSEN) {
        double weight = batch.exampleWeights()[d];
        double margin = margin(batch, d);
        try (TensorScope step = model.workScope()) {
          Tensor at = step.longs(new int[] {rows[d], rows[document.other()]}, 2);
          Tensor scores = model.output().logits(hidden, at, step);
          double[] r = TensorOps.cast(step, scores, DType.FLOAT64).toDoubles();
          sum += weight * loss.of(r[0], r[1], margin);
          if (gradient != null) {
            double[] by = {
              weight * scale * loss.byChosen(r[0], r[1], margin),
              weight * scale * loss.byRejected(r[0], r[1], margin)
            };
            Tensor byScores = TensorOps.cast(step, step.doubles(by, 2, 1), scores.dtype());
            model.output().logitsBackward(hidden, at, byScores, gradient, null);
          }
        }
      }
    }
    return new LossSum(sum, pairs);
  }

  private static double margin(Batch batch, int document) {
    return !batch.targets().isEmpty()
            && batch.targets().get(document) instanceof Target.Number margin
        ? margin.value()
        : 0;
  }

  /** The place of each document's judged token in a flat batch. */
  private static int[] rows(Reads reads, int[] lengths) {
    int[] rows = new int[lengths.length];
    int start = 0;
    for (int d = 0; d < lengths.length; d++) {
      rows[d] = reads == Reads.FIRST ? start : start + lengths[d] - 1;
      start += lengths[d];
    }
    return rows;
  }
}
