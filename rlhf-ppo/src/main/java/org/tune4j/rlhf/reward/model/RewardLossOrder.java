package org.tune4j.rlhf.reward.model;

import java.util.function.Function;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.LookedAt;
import org.tune4j.engine.data.RowEncoder;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.LossOrder;

/**
 * A loss of what a head says of whole rows, which needs nothing besides.
 *
 * @param encoder what becomes of a row
 * @param objective the loss of its batches
 */
record RewardLossOrder(
    String identity, Function<DataConfig, RowEncoder> encoder, Objective objective)
    implements LossOrder {
  @Override
  public void requireFor(Architecture model, Adapter adapter, TrainConfig config) {}

  @Override
  public boolean learnsTokens() {
    return false;
  }

  @Override
  public RowEncoder encoder(Tokenizer tokenizer, DataConfig data) {
    return encoder.apply(data);
  }

  @Override
  public long bytes(LookedAt rows, Adapter adapter) {
    return 0;
  }

  @Override
  public Begun begin(Start start) {
    return new Begun(objective, () -> {});
  }
}
