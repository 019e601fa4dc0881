package org.tune4j.rlhf.ppo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.SplitMix64;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.ShuffledOrder;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;
import org.tune4j.rlhf.advantage.Spread;
import org.tune4j.rlhf.loss.PpoObjective;
import org.tune4j.rlhf.loss.PpoStatistics;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Prompt;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.rlhf.rollout.ResponseScorer;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutBuffer;
import org.tune4j.rlhf.rollout.RolloutLayout;
import org.tune4j.rlhf.rollout.RolloutSampler;
import org.tune4j.rlhf.rollout.ScoredRollout;

/**
 * The batches of PPO: an epoch of the plan is an update. When its first batch is asked for, the
 * policy as it is then answers the prompts of the update; the answers are scored and become
 * experiences, which are learned from in mini-batches, several times. A row of the plan is a
 * micro-batch.
 */
final class RolloutPlan implements BatchPlan, RunListener {
  /** Keeps the order of mini-batches apart from all others of the same seed. */
  private static final long PURPOSE = 0x70706f6f72646572L;

  /** An update ends when the divergence exceeds the target by this factor, as in TRL. */
  private static final double EARLY_STOP = 1.5;

  private final PpoConfig config;
  private final BatchConfig batches;
  private final int rollouts;
  private final int updates;
  private final Parts parts;
  private final RolloutBuffer buffer;
  private final KlController controller;
  private final List<RunListener> listeners;

  /** The update whose experiences are in the buffer; -1 for none. */
  private int collected = -1;

  /** Optimizer steps of it that were made. */
  private int steps;

  private boolean over;
  private Map<String, Double> metrics = new LinkedHashMap<>();

  /** Seconds of the update: no part of what a run comes to, so no checkpoint keeps them. */
  private final Map<String, Double> times = new LinkedHashMap<>();

  private PpoStatistics seen = PpoStatistics.NONE;

  /** What rollouts are made with. */
  record Parts(
      Prompts prompts,
      RolloutSampler sampler,
      Tokenizer tokenizer,
      ResponseScorer scorer,
      ExperienceMaker maker,
      PpoObjective objective,
      boolean startsAsReference) {}

  /**
   * A plan.
   *
   * @param batches batch size and micro-batch size in rollouts: those of a mini-batch
   * @param listeners are told of rollouts and numbers
   */
  RolloutPlan(
      PpoConfig config,
      BatchConfig batches,
      int updates,
      Parts parts,
      RolloutBuffer buffer,
      List<RunListener> listeners) {
    this.config = config;
    this.rollouts = batches.batchSize() * config.numMiniBatches();
    int microBatches = (batches.batchSize() - 1) / batches.microBatchSize() + 1;
    this.batches =
        new BatchConfig(
            batches.seed(), microBatches, 1, batches.packing(), batches.maxLength(), false);
    this.updates = updates;
    this.parts = parts;
    this.buffer = buffer;
    this.controller = config.klController();
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
    return OptionalInt.of(config.numPpoEpochs() * config.numMiniBatches());
  }

  @Override
  public boolean isOver(int epoch, int window) {
    return over;
  }

  @Override
  public List<List<EncodedExample>> window(int update, int window) {
    parts.objective.policyLearns(update >= config.valueWarmupUpdates());
    if (collected != update) {
      collect(update);
    }
    List<Rollout> all = buffer.all().stream().map(Experience::rollout).toList();
    List<List<EncodedExample>> rows = new ArrayList<>();
    for (int epoch = 0; epoch < config.numPpoEpochs(); epoch++) {
      for (List<Rollout> microBatch : microBatches(all, update, epoch)) {
        rows.add(microBatch.stream().map(RolloutLayout::document).toList());
      }
    }
    return rows;
  }

  /** The micro-batches of an epoch, as many for each mini-batch, as even as can be. */
  private List<List<Rollout>> microBatches(List<Rollout> all, int update, int epoch) {
    int[] order =
        ShuffledOrder.of(SplitMix64.next(batches.seed() ^ PURPOSE) + update, epoch, all.size());
    int count = config.numMiniBatches() * batches.batchSize();
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                IntStream.range(all.size() * i / count, all.size() * (i + 1) / count)
                    .mapToObj(at -> all.get(order[at]))
                    .toList())
        .toList();
  }

  private void collect(int update) {
    long begun = System.nanoTime();
    List<Prompt> prompts = parts.prompts.of(update, rollouts);
    List<Rollout> said = parts.sampler.sample(prompts, (long) update * rollouts);
    long sampled = System.nanoTime();
    List<String> texts =
        said.stream().map(each -> parts.tokenizer.decode(each.response(), true)).toList();
    double[] scores = parts.scorer.score(prompts, texts);
    List<ScoredRollout> scored = new ArrayList<>();
    for (int i = 0; i < said.size(); i++) {
      if (!Double.isNaN(scores[i])) {
        scored.add(new ScoredRollout(said.get(i), prompts.get(i), texts.get(i), scores[i]));
      }
    }
    if (scored.size() < config.numMiniBatches() * batches.batchSize()) {
      throw new NumericalException(
          "Update %d: of %d responses %d have a score, too few for %d micro-batches"
              .formatted(
                  update + 1,
                  said.size(),
                  scored.size(),
                  config.numMiniBatches() * batches.batchSize()));
    }
    ExperienceMaker.Made made = make(scored, update);
    long looked = System.nanoTime();
    buffer.fill(inOrder(scored, made.experiences()), true);
    collected = update;
    steps = 0;
    over = false;
    seen = PpoStatistics.NONE;
    metrics = metrics(scored, made);
    times.put("time/sampling", (sampled - begun) / 1e9);
    times.put("time/scoring", (looked - sampled) / 1e9);
    times.put("time/training", 0.0);
    controller.update(mean(made.klPerResponse()), scored.size());
    for (RunListener each : listeners) {
      if (each instanceof RolloutListener listener) {
        listener.onRollouts(update, scored);
      }
    }
  }

  /** They are looked at as they are learned from first, which gives the very same numbers. */
  private ExperienceMaker.Made make(List<ScoredRollout> scored, int update) {
    Map<Long, Double> byId = new LinkedHashMap<>();
    scored.forEach(each -> byId.put(each.rollout().id(), each.score()));
    List<Rollout> all = scored.stream().map(ScoredRollout::rollout).toList();
    List<List<Rollout>> first = microBatches(all, update, 0);
    double[] scores =
        first.stream().flatMap(List::stream).mapToDouble(each -> byId.get(each.id())).toArray();
    ExperienceMaker.Made made = parts.maker.make(first, scores, controller.coefficient());
    double most = Arrays.stream(made.klPerResponse()).map(Math::abs).max().orElse(0);
    if (update == 0 && parts.startsAsReference && most != 0) {
      throw new EngineBugException(
          "Before the first update the policy differs from its reference by %s nats a response, and is the same"
              .formatted(most));
    }
    return made;
  }

  private static List<Experience> inOrder(
      List<ScoredRollout> scored, List<Experience> experiences) {
    Map<Long, Experience> byId = new LinkedHashMap<>();
    experiences.forEach(each -> byId.put(each.rollout().id(), each));
    return scored.stream().map(each -> byId.get(each.rollout().id())).toList();
  }

  private Map<String, Double> metrics(List<ScoredRollout> scored, ExperienceMaker.Made made) {
    double score = mean(scored, ScoredRollout::score);
    double reward = mean(made.rewardPerResponse());
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("objective/kl", mean(made.klPerResponse()));
    values.put("objective/entropy", mean(made.entropyPerResponse()));
    values.put("objective/non_score_reward", reward - score);
    values.put("objective/rlhf_reward", reward);
    values.put("objective/scores", score);
    values.put(
        "objective/scores_std",
        Math.sqrt(Spread.variance(scored.stream().mapToDouble(ScoredRollout::score).toArray())));
    values.put("objective/kl_coef", controller.coefficient());
    values.put("rollout/length", mean(scored, each -> each.rollout().response().length));
    values.put("rollout/ended", mean(scored, each -> each.rollout().ended() ? 1 : 0));
    values.put("rollout/dropped", (double) rollouts - scored.size());
    values.put("rollout/sampler_gap", made.samplerGap());
    values.put("advantage/std", made.advantageDeviation());
    values.put(
        "value/explained_variance",
        Spread.explained(
            all(made.experiences(), Experience::returns),
            all(made.experiences(), Experience::values)));
    return values;
  }

  private static double[] all(
      List<Experience> experiences, Function<Experience, double[]> numbers) {
    return experiences.stream().map(numbers).flatMapToDouble(Arrays::stream).toArray();
  }

  private static double mean(double[] numbers) {
    return Arrays.stream(numbers).average().orElse(Double.NaN);
  }

  private static double mean(List<ScoredRollout> scored, ToDoubleFunction<ScoredRollout> number) {
    return scored.stream().mapToDouble(number).average().orElse(Double.NaN);
  }

  @Override
  public void onStep(StepResult result) {
    buffer.age();
    PpoStatistics now = parts.objective.takeStatistics();
    seen = seen.plus(now);
    over = config.targetKl() != null && now.approxKl().k1() > EARLY_STOP * config.targetKl();
    times.merge("time/training", result.seconds(), Double::sum);
    steps++;
    if (over || steps == config.numPpoEpochs() * config.numMiniBatches()) {
      tell(result.step());
    }
  }

  @Override
  public String state() {
    return new RolloutState(
            collected,
            steps,
            over,
            controller.coefficient(),
            buffer.all().stream().map(RolloutState.Saved::of).toList(),
            metrics,
            seen)
        .json();
  }

  @Override
  public void restore(String state) {
    RolloutState saved = RolloutState.read(state);
    collected = saved.update();
    steps = saved.steps();
    over = saved.over();
    controller.restore(saved.klCoef());
    buffer.fill(saved.experiences().stream().map(RolloutState.Saved::experience).toList(), false);
    metrics = new LinkedHashMap<>(saved.metrics());
    seen = saved.seen();
  }

  private void tell(long step) {
    metrics.put("policy/approxkl_avg", seen.approxKl().k2());
    metrics.put("policy/clipfrac_avg", seen.policyClipFraction());
    metrics.put("policy/entropy_avg", seen.entropy());
    metrics.put("loss/policy_avg", seen.policyLoss());
    metrics.put("loss/value_avg", seen.valueLoss());
    metrics.put("val/clipfrac_avg", seen.valueClipFraction());
    metrics.put("val/ratio", seen.ratio());
    Map<String, Double> all = new LinkedHashMap<>(metrics);
    all.putAll(times);
    listeners.forEach(each -> each.onMetrics(step, all));
  }
}
