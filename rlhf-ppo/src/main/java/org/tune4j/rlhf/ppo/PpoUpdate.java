package org.tune4j.rlhf.ppo;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.train.StepResult;
import org.tune4j.rlhf.advantage.Spread;
import org.tune4j.rlhf.loss.PpoObjective;
import org.tune4j.rlhf.loss.PpoStatistics;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutBuffer;
import org.tune4j.rlhf.rollout.ScoredRollout;

/** Updates of PPO. */
final class PpoUpdate implements RolloutUpdate {
  private static final Logger LOG = LoggerFactory.getLogger(PpoUpdate.class);

  /** An update ends when the divergence exceeds the target by this factor, as in TRL. */
  private static final double EARLY_STOP = 1.5;

  private final PpoConfig config;
  private final MicroBatches microBatches;
  private final ExperienceMaker maker;
  private final PpoObjective objective;
  private final boolean startsAsReference;
  private final RolloutBuffer buffer;
  private final KlController controller;
  private final ScoreScaling scaling;
  private final RolloutAlarms alarms =
      new RolloutAlarms("objective/kl", false, "policy/entropy_avg", "rollout/length");
  private final GradientNoise noise = new GradientNoise();

  /** The update whose experiences are in the buffer; -1 for none. */
  private int number = -1;

  /** Optimizer steps of it that were made. */
  private int steps;

  private boolean over;
  private Map<String, Double> metrics = new LinkedHashMap<>();
  private PpoStatistics seen = PpoStatistics.NONE;

  /**
   * A run's updates.
   *
   * @param seed that the order of rollouts is a function of
   * @param microBatches of a mini-batch
   * @param buffer that the objective reads
   * @param startsAsReference whether the policy is its reference before the first update
   */
  PpoUpdate(
      PpoConfig config,
      long seed,
      int microBatches,
      ExperienceMaker maker,
      PpoObjective objective,
      RolloutBuffer buffer,
      boolean startsAsReference) {
    this.config = config;
    this.microBatches =
        new MicroBatches(seed, config.numPpoEpochs(), config.numMiniBatches(), microBatches);
    this.maker = maker;
    this.objective = objective;
    this.buffer = buffer;
    this.startsAsReference = startsAsReference;
    this.controller = config.klController();
    this.scaling = new ScoreScaling(config);
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public boolean isOver() {
    return over;
  }

  @Override
  public boolean isDone() {
    return over || steps == steps();
  }

  @Override
  public int steps() {
    return microBatches.allSteps();
  }

  /**
   * {@inheritDoc}
   *
   * @throws NumericalException if too few have a score
   * @throws org.tune4j.engine.ConfigException if the policy was to begin as its reference and does
   *     not, or the horizon is none for so many responses
   */
  @Override
  public void begin(int update, List<ScoredRollout> rollouts, double[] greedyScores) {
    List<ScoredRollout> scored = rollouts.stream().filter(ScoredRollout::hasScore).toList();
    boolean policyLearns = update >= config.valueWarmupUpdates();
    objective.policyLearns(policyLearns);
    if (scored.size() < microBatches.count()) {
      throw new NumericalException(
          "Update %d: %d responses have a score, too few for %d micro-batches"
              .formatted(update + 1, scored.size(), microBatches.count()));
    }
    number = update;
    steps = 0;
    over = false;
    seen = PpoStatistics.NONE;
    noise.clear();
    List<List<Rollout>> first =
        microBatches.of(scored.stream().map(ScoredRollout::rollout).toList(), update, 0);
    ExperienceMaker.Made made = make(scored, first);
    buffer.fill(inOrder(scored, made.experiences()), first);
    metrics = metrics(scored, made);
    metrics.put("rollout/dropped", (double) rollouts.size() - scored.size());
    if (policyLearns) {
      // Before, the divergence is what it began as, whatever it costs.
      controller.update(mean(made.klPerResponse()), scored.size());
    }
  }

  @Override
  public List<List<EncodedExample>> documents() {
    return microBatches.documents(buffer.all().stream().map(Experience::rollout).toList(), number);
  }

  /** They are looked at as they are learned from first, which gives the very same numbers. */
  private ExperienceMaker.Made make(List<ScoredRollout> scored, List<List<Rollout>> first) {
    double[] scaled = scaling.of(scored.stream().mapToDouble(ScoredRollout::score).toArray());
    Map<Long, Double> byId = new LinkedHashMap<>();
    for (int i = 0; i < scaled.length; i++) {
      byId.put(scored.get(i).rollout().id(), scaled[i]);
    }
    double[] scores =
        first.stream().flatMap(List::stream).mapToDouble(each -> byId.get(each.id())).toArray();
    ExperienceMaker.Made made = maker.make(first, scores, controller.coefficient());
    if (number == 0 && startsAsReference) {
      RolloutLook.requireNoDistance(made.klPerResponse());
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
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("objective/kl", mean(made.klPerResponse()));
    values.put("objective/entropy", mean(made.entropyPerResponse()));
    values.put("objective/non_score_reward", mean(made.penaltyPerResponse()));
    values.put("objective/rlhf_reward", mean(made.rewardPerResponse()));
    values.put("objective/scores", mean(scored, ScoredRollout::score));
    values.put(
        "objective/scores_std",
        Math.sqrt(Spread.variance(scored.stream().mapToDouble(ScoredRollout::score).toArray())));
    values.put("objective/kl_coef", controller.coefficient());
    values.put("rollout/length", mean(scored, each -> each.rollout().response().length));
    values.put(
        "rollout/score_length_correlation",
        Spread.correlation(
            scored.stream().mapToDouble(ScoredRollout::score).toArray(),
            scored.stream().mapToDouble(each -> each.rollout().response().length).toArray()));
    values.put("rollout/ended", mean(scored, each -> each.rollout().ended() ? 1 : 0));
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
  public void after(StepResult result) {
    double whole = (double) buffer.all().size() / config.numMiniBatches();
    objective
        .part()
        .ifPresent(part -> noise.add(part.rollouts(), part.norm(), whole, result.gradNorm()));
    PpoStatistics now = objective.takeStatistics();
    seen = seen.plus(now);
    over = config.targetKl() != null && now.approxKl().k1() > EARLY_STOP * config.targetKl();
    steps++;
  }

  @Override
  public Map<String, Double> told() {
    Map<String, Double> all = new LinkedHashMap<>(metrics);
    all.put("policy/approxkl_avg", seen.approxKl().k2());
    all.put("policy/clipfrac_avg", seen.policyClipFraction());
    all.put("policy/entropy_avg", seen.entropy());
    all.put("loss/policy_avg", seen.policyLoss());
    all.put("loss/value_avg", seen.valueLoss());
    all.put("val/clipfrac_avg", seen.valueClipFraction());
    all.put("val/ratio", seen.ratio());
    all.put("gradient/noise_scale", noise.scale());
    alarms.of(all).forEach(alarm -> LOG.warn("Update {}: {}", number + 1, alarm));
    return all;
  }

  @Override
  public String state() {
    return StateJson.of(
        new RolloutState(
            number,
            steps,
            over,
            controller.coefficient(),
            scaling.state(),
            alarms.state(),
            noise.state(),
            buffer.all().stream().map(SavedExperience::of).toList(),
            metrics,
            seen));
  }

  @Override
  public void restore(String state) {
    RolloutState saved = StateJson.read(state, RolloutState.class);
    number = saved.update();
    steps = saved.steps();
    over = saved.over();
    controller.restore(saved.klCoef());
    scaling.restore(saved.scores());
    alarms.restore(saved.alarms());
    noise.restore(saved.noise());
    buffer.fill(saved.experiences().stream().map(SavedExperience::experience).toList(), List.of());
    metrics = new LinkedHashMap<>(saved.metrics());
    seen = saved.seen();
    objective.policyLearns(number >= config.valueWarmupUpdates());
  }
}
