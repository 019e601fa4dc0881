package org.tune4j.engine.objective;

import java.util.Arrays;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.Recompute;

/** A loss over what a task head says: of each document of a batch, or of each labelled token. */
public sealed interface HeadObjective extends Objective
    permits SequenceClassification, TokenClassification {
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
    return HeadPass.judge(model, batch, Judgements.of(this, batch.batch()));
  }
}
