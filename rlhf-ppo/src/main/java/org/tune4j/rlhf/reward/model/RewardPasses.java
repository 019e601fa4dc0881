package org.tune4j.rlhf.reward.model;

import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.rlhf.reward.RewardException;

/** Passes of a reward model, whatever threads ask for them: one at a time. */
final class RewardPasses {
  /**
   * Samples of a call. So many times the 30 seconds of one are below the ten minutes of a call of
   * any size, so that a large model on a CPU is not cut off over the answers of an update. Passes
   * are no smaller for it: they are of so many tokens.
   */
  static final int SAMPLES = 16;

  private final BoundModel model;
  private final HeadPredictor predictor;

  /** Two passes at once would share the cores, and take the memory twice. */
  private final ReentrantLock one = new ReentrantLock();

  /**
   * Passes.
   *
   * @param task of the model's head
   * @throws org.tune4j.engine.ConfigException if it has another one
   */
  RewardPasses(BoundModel model, HeadTask task) {
    this.model = model;
    this.predictor =
        new HeadPredictor(HeadObjective.of(task, HeadLoss.of(task), model.architecture().head()));
  }

  /**
   * What the model says of texts, in their order.
   *
   * @throws RewardException if the thread is interrupted while others ask
   */
  List<Prediction> of(List<EncodedExample> texts) {
    try {
      one.lockInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RewardException("interrupted while others asked the reward model", e);
    }
    try {
      return predictor.predict(model, texts);
    } finally {
      one.unlock();
    }
  }
}
