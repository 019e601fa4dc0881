package org.tune4j.rlhf.reward.model;

import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.trainer.LossOrder;

/** How reward models are trained by the trainers of any method. */
public final class RewardModelLoss {
  private RewardModelLoss() {}

  /**
   * Learns from pairs of answers which one is better: give it to {@link
   * org.tune4j.engine.trainer.Trainer#loss}.
   *
   * @param model with a head of one number: see {@link org.tune4j.engine.data.HeadTask.Regression}
   * @throws org.tune4j.engine.ConfigException if it has another head
   */
  public static LossOrder of(Tokenizer tokenizer, Architecture model, BradleyTerry loss) {
    BradleyTerryObjective.reads(model.head());
    return new RewardLossOrder(
        loss.toString(),
        data -> new RewardEncoder(tokenizer, data, model),
        new BradleyTerryObjective(loss));
  }
}
