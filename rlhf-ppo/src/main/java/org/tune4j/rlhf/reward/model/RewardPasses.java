package org.tune4j.rlhf.reward.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;
import org.tune4j.engine.DataException;
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
   * Reads samples: those that can be, so that one which cannot be read does not keep the others
   * from being judged together.
   *
   * @param read a sample by its number, which the text has as its id
   * @throws DataException if the only one cannot be read: why
   */
  static List<EncodedExample> readable(int samples, IntFunction<EncodedExample> read) {
    List<EncodedExample> texts = new ArrayList<>();
    for (int s = 0; s < samples; s++) {
      try {
        texts.add(read.apply(s));
      } catch (DataException e) {
        if (samples == 1) {
          throw e;
        }
      }
    }
    return texts;
  }

  /**
   * The rewards of samples; negative infinity for one that is not among the texts.
   *
   * @param texts of {@link #readable}
   * @param reward in what the model says of a text
   * @throws RewardException if the thread is interrupted while others ask
   */
  double[] scores(int samples, List<EncodedExample> texts, ToDoubleFunction<Prediction> reward) {
    double[] scores = new double[samples];
    Arrays.fill(scores, Double.NEGATIVE_INFINITY);
    for (Prediction each : predictions(texts)) {
      scores[(int) each.example().id()] = reward.applyAsDouble(each);
    }
    return scores;
  }

  private List<Prediction> predictions(List<EncodedExample> texts) {
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
