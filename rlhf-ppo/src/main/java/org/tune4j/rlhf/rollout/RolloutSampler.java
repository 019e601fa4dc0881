package org.tune4j.rlhf.rollout;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.tune4j.engine.generate.FinishReason;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;

/**
 * Lets a policy answer prompts: draws from its whole distribution at a temperature, a function of
 * the seed and of the rollout's id.
 */
public final class RolloutSampler {
  private final BoundModel policy;
  private final GenerationConfig config;

  /**
   * A sampler.
   *
   * @param responseLength the most tokens of a response
   */
  public RolloutSampler(BoundModel policy, int responseLength, double temperature, long seed) {
    this(
        policy,
        GenerationConfig.builder()
            .maxNewTokens(responseLength)
            .doSample(true)
            .temperature(temperature)
            .seed(seed)
            .build());
  }

  private RolloutSampler(BoundModel policy, GenerationConfig config) {
    this.policy = policy;
    this.config = config;
  }

  /** One that takes the likeliest token each time. */
  public static RolloutSampler greedy(BoundModel policy, int responseLength) {
    return new RolloutSampler(
        policy, GenerationConfig.builder().maxNewTokens(responseLength).build());
  }

  /**
   * Answers prompts.
   *
   * @param firstId the id of the first rollout; the others follow
   */
  public List<Rollout> sample(List<Prompt> prompts, long firstId) {
    long[] ids = LongStream.range(firstId, firstId + prompts.size()).toArray();
    List<Generated> answers =
        new Generator(policy)
            .generate(prompts.stream().map(Prompt::ids).toList(), ids, config, (row, token) -> {});
    List<Rollout> rollouts = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      Generated answer = answers.get(i);
      rollouts.add(
          new Rollout(
              ids[i],
              prompts.get(i).ids(),
              answer.newIds(),
              answer.finishReason() == FinishReason.END_OF_TEXT,
              answer.logProbs()));
    }
    return rollouts;
  }
}
