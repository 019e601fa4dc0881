package org.tune4j.rlhf.ppo;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
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
 * The batches of PPO: an epoch of the plan is an update. When its first batch is asked for, the
 * policy as it is then answers the prompts of the update; the answers are scored and become
 * experiences, which are learned from in mini-batches, several times. A row of the plan is a
 * micro-batch.
 */
final class RolloutPlan implements BatchPlan, RunListener {
  private final BatchConfig batches;
  private final int rollouts;
  private final int updates;
  private final int stepsOfUpdate;
  private final Source source;
  private final PpoUpdate update;
  private final List<RunListener> listeners;

  /** Seconds of the update: no part of what a run comes to, so no checkpoint keeps them. */
  private final Map<String, Double> times = new LinkedHashMap<>();

  /** Where scored rollouts come from. */
  record Source(
      Prompts prompts, RolloutSampler sampler, Tokenizer tokenizer, ResponseScorer scorer) {}

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
      int stepsOfUpdate,
      Source source,
      PpoUpdate update,
      List<RunListener> listeners) {
    this.batches = batches;
    this.rollouts = rollouts;
    this.updates = updates;
    this.stepsOfUpdate = stepsOfUpdate;
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
    return OptionalInt.of(stepsOfUpdate);
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
    List<Prompt> prompts = source.prompts.of(number, rollouts);
    List<Rollout> said = source.sampler.sample(prompts, (long) number * rollouts);
    long sampled = System.nanoTime();
    List<String> texts =
        said.stream().map(each -> source.tokenizer.decode(each.response(), true)).toList();
    double[] scores = source.scorer.score(prompts, texts);
    List<ScoredRollout> scored = new ArrayList<>();
    for (int i = 0; i < said.size(); i++) {
      if (!Double.isNaN(scores[i])) {
        scored.add(new ScoredRollout(said.get(i), prompts.get(i), texts.get(i), scores[i]));
      }
    }
    update.begin(number, scored, said.size() - scored.size());
    times.put("time/sampling", (sampled - begun) / 1e9);
    times.put("time/scoring", (System.nanoTime() - sampled) / 1e9);
    times.put("time/training", 0.0);
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
    return update.state().json();
  }

  @Override
  public void restore(String state) {
    update.restore(RolloutState.read(state));
  }
}
