package org.tune4j.rlhf.ppo;

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
import org.tune4j.engine.train.RunResult;
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

  /** The last step of the update that was made; 0 for none, and once the update is told. */
  private long untold;

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
      List<ScoredRollout> scored = scored(once, greedy.sample(once, 0));
      return IntStream.range(0, prompts.size())
          .mapToDouble(i -> scored.get(i / generations).score())
          .toArray();
    }

    private List<ScoredRollout> scored(List<Prompt> prompts, List<Rollout> said) {
      return ScoredRollout.of(prompts, said, tokenizer, scorer);
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
    setTimes(0, 0);
  }

  /** Of a run that goes on in the middle of an update, only what it takes from then on is known. */
  private void setTimes(double sampling, double scoring) {
    times.put("time/sampling", sampling);
    times.put("time/scoring", scoring);
    times.put("time/training", 0.0);
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
    tell(); // Where steps of the update before were passed over, nothing has said that it is done.
    long begun = System.nanoTime();
    List<Prompt> prompts = source.prompts(number, rollouts);
    List<Rollout> said = source.sampler.sample(prompts, (long) number * rollouts);
    long sampled = System.nanoTime();
    List<ScoredRollout> all = source.scored(prompts, said);
    begin(number, all, source.greedyScores(prompts));
    setTimes((sampled - begun) / 1e9, (System.nanoTime() - sampled) / 1e9);
    List<ScoredRollout> scored = all.stream().filter(ScoredRollout::hasScore).toList();
    for (RunListener each : listeners) {
      if (each instanceof RolloutListener listener) {
        listener.onRollouts(number, scored);
      }
    }
  }

  /**
   * What does not come to its end leaves no trace: a run that is cut off here still saves itself.
   */
  private void begin(int number, List<ScoredRollout> scored, double[] greedyScores) {
    String before = update.state();
    try {
      update.begin(number, scored, greedyScores);
    } catch (RuntimeException | Error e) {
      update.restore(before);
      throw e;
    }
  }

  @Override
  public void onStep(StepResult result) {
    update.after(result);
    times.merge("time/training", result.seconds(), Double::sum);
    untold = result.step();
    if (update.isDone()) {
      tell();
    }
  }

  @Override
  public void onEnd(RunResult result) {
    if (result.reason() != RunResult.StopReason.CANCELLED) {
      tell();
    }
  }

  private void tell() {
    if (untold > 0) {
      long step = untold;
      untold = 0;
      Map<String, Double> told = update.told();
      told.putAll(times);
      listeners.forEach(each -> each.onMetrics(step, told));
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
