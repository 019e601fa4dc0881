package org.tune4j.rlhf.ppo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.rlhf.advantage.Spread;
import org.tune4j.rlhf.policy.TokenPolicy;
import org.tune4j.rlhf.rollout.Prompt;
import org.tune4j.rlhf.rollout.ResponseScorer;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutLayout;
import org.tune4j.rlhf.rollout.RolloutSampler;
import org.tune4j.rlhf.rollout.ScoredRollout;

/**
 * What a policy is worth: answers to prompts that it does not learn from, drawn as in training, the
 * same random numbers each time; their scores, and how far they are from a reference. Gives {@code
 * eval_reward}, {@code eval_reward_std}, {@code eval_kl} (k1, nats a response) and {@code
 * eval_length}.
 *
 * <p>Not for use by two threads at once.
 */
public final class PolicyEvaluation implements Evaluation {
  /** Answers that are drawn, and looked at, at once. */
  private static final int PORTION = 16;

  /** Keeps its draws apart from those of training of the same seed. */
  private static final long PURPOSE = 0x6576616c75617465L;

  private final List<Prompt> prompts;
  private final Tokenizer tokenizer;
  private final int lengthLimit;
  private final double temperature;
  private final long seed;
  private final ResponseScorer scorer;
  private final BoundModel reference;
  private List<ScoredRollout> answers = List.of();

  /**
   * An evaluation.
   *
   * @param prompts at least one
   * @param lengthLimit the most tokens of a response
   * @param seed what draws are a function of
   * @param reference of the policy's vocabulary; stays the caller's
   * @throws DataException if there is no prompt
   */
  public PolicyEvaluation(
      List<Prompt> prompts,
      Tokenizer tokenizer,
      int lengthLimit,
      double temperature,
      long seed,
      ResponseScorer scorer,
      BoundModel reference) {
    if (prompts.isEmpty()) {
      throw new DataException("An evaluation of a policy: there is no prompt to answer");
    }
    this.prompts = List.copyOf(prompts);
    this.tokenizer = tokenizer;
    this.lengthLimit = lengthLimit;
    this.temperature = temperature;
    this.seed = seed ^ PURPOSE;
    this.scorer = scorer;
    this.reference = reference;
  }

  /** What was answered last, in the order of the prompts; NaN is the score of what has none. */
  public List<ScoredRollout> answers() {
    return answers;
  }

  @Override
  public Map<String, Double> evaluate(BoundModel model) {
    RolloutSampler sampler = new RolloutSampler(model, lengthLimit, temperature, seed);
    List<Rollout> said = new ArrayList<>();
    for (int from = 0; from < prompts.size(); from += PORTION) {
      said.addAll(
          sampler.sample(prompts.subList(from, Math.min(prompts.size(), from + PORTION)), from));
    }
    answers = List.copyOf(ScoredRollout.of(prompts, said, tokenizer, scorer));
    double[] known = Spread.known(answers.stream().mapToDouble(ScoredRollout::score).toArray());
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("eval_reward", Arrays.stream(known).average().orElse(Double.NaN));
    values.put("eval_reward_std", Math.sqrt(Spread.variance(known)));
    values.put("eval_kl", divergence(model, said) / said.size());
    values.put(
        "eval_length",
        said.stream().mapToInt(each -> each.response().length).average().orElseThrow());
    return values;
  }

  /** The sum over all responses, in nats. */
  private double divergence(BoundModel model, List<Rollout> said) {
    double sum = 0;
    for (int from = 0; from < said.size(); from += PORTION) {
      Batch batch =
          Batch.of(
              said.subList(from, Math.min(said.size(), from + PORTION)).stream()
                  .map(RolloutLayout::document)
                  .toList());
      sum += logProb(model, batch) - logProb(reference, batch);
    }
    return sum;
  }

  private double logProb(BoundModel model, Batch batch) {
    try (TensorScope work = model.workScope()) {
      TokenPolicy policy = new TokenPolicy(model, temperature);
      return Arrays.stream(policy.said(model.upload(batch, work)).logProbs()).sum();
    }
  }
}
