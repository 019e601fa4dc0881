package org.tune4j.rlhf.grpo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.train.StepResult;
import org.tune4j.rlhf.loss.CispoSurrogate;
import org.tune4j.rlhf.loss.GrpoObjective;
import org.tune4j.rlhf.loss.GrpoStatistics;
import org.tune4j.rlhf.loss.RatioLevel;
import org.tune4j.rlhf.ppo.MicroBatches;
import org.tune4j.rlhf.ppo.RolloutAlarms;
import org.tune4j.rlhf.ppo.RolloutLook;
import org.tune4j.rlhf.ppo.RolloutLook.Looked;
import org.tune4j.rlhf.ppo.RolloutUpdate;
import org.tune4j.rlhf.ppo.SavedExperience;
import org.tune4j.rlhf.ppo.StateJson;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutBuffer;
import org.tune4j.rlhf.rollout.ScoredRollout;

/** Updates without a critic. */
final class GrpoUpdate implements RolloutUpdate {
  private static final Logger LOG = LoggerFactory.getLogger(GrpoUpdate.class);

  private final int generations;
  private final CriticFreeMethod method;
  private final MicroBatches microBatches;
  private final RolloutLook look;
  private final GrpoObjective objective;
  private final RolloutBuffer buffer;
  private final boolean startsAsReference;
  private final RolloutAlarms alarms =
      new RolloutAlarms("kl", true, "entropy", "completions/mean_length");

  /** The update whose experiences are in the buffer; -1 for none. */
  private int number = -1;

  private int steps;
  private Map<String, Double> metrics = new LinkedHashMap<>();
  private GrpoStatistics seen = GrpoStatistics.NONE;

  /**
   * A run's updates.
   *
   * @param generations responses to a prompt
   * @param buffer that the objective reads
   * @param startsAsReference whether the policy is its reference before the first update
   */
  GrpoUpdate(
      int generations,
      CriticFreeMethod method,
      MicroBatches microBatches,
      RolloutLook look,
      GrpoObjective objective,
      RolloutBuffer buffer,
      boolean startsAsReference) {
    this.generations = generations;
    this.method = method;
    this.microBatches = microBatches;
    this.look = look;
    this.objective = objective;
    this.buffer = buffer;
    this.startsAsReference = startsAsReference;
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public boolean isOver() {
    return false;
  }

  @Override
  public boolean isDone() {
    return steps == steps();
  }

  @Override
  public int steps() {
    return microBatches.allSteps();
  }

  /**
   * {@inheritDoc}
   *
   * @throws NumericalException if none has a score
   * @throws org.tune4j.engine.ConfigException if the policy was to begin as its reference and does
   *     not
   */
  @Override
  public void begin(int update, List<ScoredRollout> rollouts, double[] greedyScores) {
    if (rollouts.stream().noneMatch(ScoredRollout::hasScore)) {
      throw new NumericalException(
          "Update %d: none of %d responses has a score".formatted(update + 1, rollouts.size()));
    }
    number = update;
    steps = 0;
    seen = GrpoStatistics.NONE;
    List<Rollout> all = rollouts.stream().map(ScoredRollout::rollout).toList();
    List<List<Rollout>> first = microBatches.of(all, update, 0);
    List<Looked> looked = inOrder(all, look.at(first, rollout -> 0));
    if (update == 0 && startsAsReference) {
      RolloutLook.requireNoDistance(looked.stream().mapToDouble(Looked::kl).toArray());
    }
    double[] scores = rollouts.stream().mapToDouble(ScoredRollout::score).toArray();
    List<double[]> advantages = method.advantages().of(looked, scores, greedyScores);
    List<Experience> experiences = new ArrayList<>();
    for (int i = 0; i < looked.size(); i++) {
      experiences.add(experience(looked.get(i), advantages.get(i)));
    }
    buffer.fill(experiences, first);
    metrics = GrpoMetrics.of(rollouts, generations);
    metrics.put("rollout/sampler_gap", look.samplerGap());
    if (method.asksReference()) {
      double nats = looked.stream().mapToDouble(Looked::kl).sum();
      metrics.put("kl", nats / looked.stream().mapToInt(each -> each.logProbs().length).sum());
    }
  }

  private static List<Looked> inOrder(List<Rollout> rollouts, List<Looked> looked) {
    Map<Long, Looked> byId = new LinkedHashMap<>();
    looked.forEach(each -> byId.put(each.rollout().id(), each));
    return rollouts.stream().map(rollout -> byId.get(rollout.id())).toList();
  }

  /**
   * Losses are proportional to advantages, so weights of a sampler's tokens are theirs. Where the
   * ratio is one of responses, their tokens have the same loss each, so all have the mean weight;
   * CISPO's have not.
   */
  private Experience experience(Looked looked, double[] advantages) {
    double[] weights = method.correction().weights(looked.logProbs(), looked.rollout().logProbs());
    boolean alike =
        method.loss().level() != RatioLevel.TOKEN
            && !(method.loss().surrogate() instanceof CispoSurrogate);
    if (alike) {
      Arrays.fill(weights, Arrays.stream(weights).average().orElse(1));
    }
    double[] weighed = advantages.clone();
    Arrays.setAll(weighed, t -> weights[t] * advantages[t]);
    return new Experience(
        looked.rollout(),
        looked.logProbs(),
        looked.refLogProbs(),
        weighed,
        new double[0],
        new double[0]);
  }

  @Override
  public List<List<EncodedExample>> documents() {
    return microBatches.documents(buffer.all().stream().map(Experience::rollout).toList(), number);
  }

  @Override
  public void after(StepResult result) {
    seen = seen.plus(objective.takeStatistics());
    steps++;
  }

  @Override
  public Map<String, Double> told() {
    Map<String, Double> all = new LinkedHashMap<>(metrics);
    if (method.loss().beta() > 0) {
      all.put("kl", seen.kl() / seen.tokens());
    }
    all.put("entropy", seen.entropy() / seen.tokens());
    all.put("ratio", seen.ratio() / seen.ratios());
    double low = (double) seen.low() / seen.ratios();
    double high = (double) seen.high() / seen.ratios();
    all.put("clip_ratio/low_mean", low);
    boolean learned = seen.ratios() > 0;
    all.put("clip_ratio/low_min", learned ? seen.lowMin() : Double.NaN);
    all.put("clip_ratio/high_mean", high);
    all.put("clip_ratio/high_max", learned ? seen.highMax() : Double.NaN);
    all.put("clip_ratio/region_mean", low + high);
    alarms.of(all).forEach(alarm -> LOG.warn("Update {}: {}", number + 1, alarm));
    return all;
  }

  @Override
  public String state() {
    return StateJson.of(
        new GrpoState(
            number,
            steps,
            alarms.state(),
            buffer.all().stream().map(SavedExperience::of).toList(),
            metrics,
            seen));
  }

  @Override
  public void restore(String state) {
    GrpoState saved = StateJson.read(state, GrpoState.class);
    number = saved.update();
    steps = saved.steps();
    alarms.restore(saved.alarms());
    buffer.fill(saved.experiences().stream().map(SavedExperience::experience).toList(), List.of());
    metrics = new LinkedHashMap<>(saved.metrics());
    seen = saved.seen();
  }
}
