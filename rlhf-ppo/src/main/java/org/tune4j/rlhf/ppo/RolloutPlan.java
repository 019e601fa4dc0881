package org.tune4j.rlhf.ppo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;
import org.tune4j.rlhf.rollout.Prompt;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.rlhf.rollout.ResponseScorer;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutSampler;
import org.tune4j.rlhf.rollout.ScoredRollout;

/**
 * The batches of learning from rewards: an epoch of the plan is an update. When its first batch is
 * asked for, the policy as it is then answers the prompts of the update; the answers are scored and
 * become experiences, which are learned from in mini-batches, several times. A row of the plan is a
 * micro-batch.
 */
final class RolloutPlan implements BatchPlan, RunListener {
  private final BatchConfig batches;
  private final int rollouts;
  private final int updates;
  private final Source source;
  private final RolloutUpdate update;
  private final List<RunListener> listeners;

  /** Seconds of the update: no part of what a run comes to, so no checkpoint keeps them. */
  private final Map<String, Double> times = new LinkedHashMap<>();

  /**
   * Where scored rollouts come from.
   *
   * @param generations answers to each prompt, one after the other
   * @param greedy says what the policy takes for best; null where that is not asked
   */
  record Source(
      Prompts prompts,
      int generations,
      RolloutSampler sampler,
      RolloutSampler greedy,
      Tokenizer tokenizer,
      ResponseScorer scorer) {
    /** Prompts, each as often as it is answered. */
    private List<Prompt> prompts(int update, int rollouts) {
      return prompts.of(update, rollouts / generations).stream()
          .flatMap(each -> Collections.nCopies(generations, each).stream())
          .toList();
    }

    /** Scores of the likeliest answers, one for each rollout. */
    private double[] greedyScores(List<Prompt> prompts) {
      if (greedy == null) {
        return new double[0];
      }
      List<Prompt> once =
          IntStream.range(0, prompts.size() / generations)
              .mapToObj(i -> prompts.get(i * generations))
              .toList();
      double[] scores = scorer.score(once, texts(greedy.sample(once, 0)));
      return IntStream.range(0, prompts.size()).mapToDouble(i -> scores[i / generations]).toArray();
    }

    private List<String> texts(List<Rollout> said) {
      return said.stream().map(each -> tokenizer.decode(each.response(), true)).toList();
    }
  }

  /**
   * A plan.
   *
   * @param batches a batch is a mini-batch, a micro-batch is a row
   * @param rollouts of an update
   * @param updates of the run
   * @param listeners are told of rollouts and numbers
   */
  RolloutPlan(
      BatchConfig batches,
      int rollouts,
      int updates,
      Source source,
      RolloutUpdate update,
      List<RunListener> listeners) {
    this.batches = batches;
    this.rollouts = rollouts;
    this.updates = updates;
    this.source = source;
    this.update = update;
    this.listeners = listeners;
  }

  @Override
  public BatchConfig config() {
    return batches;
  }

  @Override
  public int windows() {
    return 1;
  }

  @Override
  public int epochs() {
    return updates;
  }

  @Override
  public OptionalInt batchesPerEpoch() {
    return OptionalInt.of(update.steps());
  }

  @Override
  public boolean isOver(int epoch, int window) {
    return update.isOver();
  }

  @Override
  public List<List<EncodedExample>> window(int epoch, int window) {
    if (update.number() != epoch) {
      collect(epoch);
    }
    return update.documents();
  }

  private void collect(int number) {
    long begun = System.nanoTime();
    List<Prompt> prompts = source.prompts(number, rollouts);
    List<Rollout> said = source.sampler.sample(prompts, (long) number * rollouts);
    long sampled = System.nanoTime();
    List<String> texts = source.texts(said);
    double[] scores = source.scorer.score(prompts, texts);
    List<ScoredRollout> all = new ArrayList<>();
    for (int i = 0; i < said.size(); i++) {
      all.add(new ScoredRollout(said.get(i), prompts.get(i), texts.get(i), scores[i]));
    }
    update.begin(number, all, source.greedyScores(prompts));
    times.put("time/sampling", (sampled - begun) / 1e9);
    times.put("time/scoring", (System.nanoTime() - sampled) / 1e9);
    times.put("time/training", 0.0);
    List<ScoredRollout> scored = all.stream().filter(ScoredRollout::hasScore).toList();
    for (RunListener each : listeners) {
      if (each instanceof RolloutListener listener) {
        listener.onRollouts(number, scored);
      }
    }
  }

  @Override
  public void onStep(StepResult result) {
    update.after(result);
    times.merge("time/training", result.seconds(), Double::sum);
    if (update.isDone()) {
      Map<String, Double> told = update.told();
      told.putAll(times);
      listeners.forEach(each -> each.onMetrics(result.step(), told));
    }
  }

  @Override
  public String state() {
    return update.state();
  }

  @Override
  public void restore(String state) {
    update.restore(state);
  }
}
