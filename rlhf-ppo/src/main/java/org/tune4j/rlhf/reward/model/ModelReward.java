package org.tune4j.rlhf.reward.model;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.rlhf.reward.BatchReward;
import org.tune4j.rlhf.reward.RewardSample;

/**
 * A reward model as a reward. It is given texts and reads them with its own tokenizer, whatever
 * tokenizer the policy has; prompts that are conversations with its own chat template. The model
 * stays open as long as this is used.
 */
public final class ModelReward implements BatchReward {
  private static final Logger LOG = LoggerFactory.getLogger(ModelReward.class);
  private final Tokenizer tokenizer;
  private final RewardEncoder encoder;
  private final RewardPasses passes;
  private final int maxLength;
  private final AtomicBoolean toldOfCut = new AtomicBoolean();

  /**
   * A reward.
   *
   * @param model with a head of one number
   * @param tokenizer its own
   * @param config how long texts are cut, in tokens of its own; the log tells once where one may be
   * @throws org.tune4j.engine.ConfigException if it has another head
   */
  public ModelReward(BoundModel model, Tokenizer tokenizer, DataConfig config) {
    this.tokenizer = tokenizer;
    this.maxLength = config.maxLength();
    this.encoder = new RewardEncoder(tokenizer, config, model.architecture());
    this.passes = new RewardPasses(model, new HeadTask.Regression());
  }

  /** What is to be told where a policy's tokenizer is another one; empty where it is the same. */
  public Optional<String> bridge(Tokenizer policy) {
    return policy.fingerprint().equals(tokenizer.fingerprint())
        ? Optional.empty()
        : Optional.of(
            "reward model: its tokenizer (%s) is not the policy's (%s); responses are handed over as text"
                .formatted(tokenizer.folder(), policy.folder()));
  }

  /** Tells that in the log. */
  public ModelReward judging(Tokenizer policy) {
    bridge(policy).ifPresent(LOG::info);
    return this;
  }

  @Override
  public int batchSize() {
    return RewardPasses.SAMPLES;
  }

  /**
   * The rewards of responses; negative infinity for one that cannot be read, so that the others are
   * judged together all the same.
   *
   * @throws DataException if the only one cannot be read: why
   */
  @Override
  public double[] scores(List<RewardSample> samples) {
    List<EncodedExample> responses =
        RewardPasses.readable(samples.size(), s -> encoder.response(s, samples.get(s)));
    long full = responses.stream().filter(each -> each.length() >= maxLength).count();
    if (full > 0 && !toldOfCut.getAndSet(true)) {
      LOG.warn(
          "reward model: {} of {} texts fill max_length {} and may have lost their end; said once",
          full,
          responses.size(),
          maxLength);
    }
    return passes.scores(samples.size(), responses, Prediction::value);
  }
}
