package org.tune4j.rlhf.loss;

import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.ForwardActivations;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.rlhf.loss.LossNormaliser.UpdateSize;
import org.tune4j.rlhf.loss.Surrogate.Clip;
import org.tune4j.rlhf.policy.Said;
import org.tune4j.rlhf.policy.TokenPolicy;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.RolloutBuffer;
import org.tune4j.rlhf.rollout.RolloutLayout;

/**
 * The loss of a policy without a critic over a mini-batch of experiences. Without dropout, so that
 * the first update of an experience sees the very probabilities that it was said with. Where the
 * ratio is one of responses, the head is passed twice: to know it, and to learn.
 */
public final class GrpoObjective implements Objective {
  private final ResponseLoss loss;
  private final LossNormaliser normaliser;
  private final boolean masksTruncated;
  private final int lengthLimit;
  private final double temperature;
  private final double entropyCoef;
  private final RolloutBuffer buffer;
  private GrpoStatistics seen = GrpoStatistics.NONE;

  /** Whether the step under way teaches anything, and whether the one before it did. */
  private boolean teaches;

  private boolean taught;

  /** What the step under way weighs by the tokens that it learns from; 0 for none. */
  private double weightOfToken;

  /**
   * A loss.
   *
   * @param masksTruncated whether nothing is learned of responses that were cut
   * @param lengthLimit tokens that a response may have
   * @param temperature of the policy
   * @param entropyCoef what a nat of entropy is worth, in the mean over the tokens of a step
   * @param buffer with the experiences of the batches
   */
  public GrpoObjective(
      ResponseLoss loss,
      LossNormaliser normaliser,
      boolean masksTruncated,
      int lengthLimit,
      double temperature,
      double entropyCoef,
      RolloutBuffer buffer) {
    this.loss = loss;
    this.normaliser = normaliser;
    this.masksTruncated = masksTruncated;
    this.lengthLimit = lengthLimit;
    this.temperature = temperature;
    this.entropyCoef = entropyCoef;
    this.buffer = buffer;
  }

  /** Forgets the step before, which may have been passed over for its numbers. */
  @Override
  public void begin(List<Batch> step) {
    buffer.begin();
    seen = GrpoStatistics.NONE;
    teaches = false;
    long tokens = step.stream().mapToLong(this::learned).sum();
    double weight = step.stream().mapToDouble(this::weight).sum();
    weightOfToken = tokens == 0 ? 0 : weight / tokens;
  }

  /** What was seen of the step that was begun last, once. */
  public GrpoStatistics takeStatistics() {
    GrpoStatistics taken = seen;
    seen = GrpoStatistics.NONE;
    taught = teaches;
    teaches = false;
    return taken;
  }

  /** Not after a step whose groups all had no spread, or whose answers were all cut. */
  @Override
  public boolean isWhole() {
    return taught;
  }

  private boolean teaches(Batch batch) {
    return Arrays.stream(batch.exampleIds())
        .mapToObj(buffer::get)
        .filter(each -> learned(each) > 0)
        .anyMatch(
            each ->
                loss.beta() > 0
                    || entropyCoef > 0
                    || Arrays.stream(each.advantages()).anyMatch(a -> a != 0));
  }

  /** Tokens of a response that are learned from. */
  private int learned(Experience experience) {
    boolean masked = masksTruncated && !experience.rollout().ended();
    return masked ? 0 : experience.logProbs().length;
  }

  private long learned(Batch batch) {
    return buffer.holds(batch.exampleIds())
        ? Arrays.stream(batch.exampleIds()).map(id -> learned(buffer.get(id))).sum()
        : 0;
  }

  /** Nothing for rollouts of another update. */
  @Override
  public double weight(Batch batch) {
    if (!buffer.holds(batch.exampleIds())) {
      return 0;
    }
    double weight = 0;
    for (long id : batch.exampleIds()) {
      weight += normaliser.weight(learned(buffer.get(id)));
    }
    return weight;
  }

  private double[] factors(RolloutLayout layout) {
    long tokens = buffer.all().stream().mapToLong(this::learned).sum();
    UpdateSize update = new UpdateSize(buffer.all().size(), tokens, lengthLimit);
    double[] factors = new double[layout.rollouts()];
    for (int d = 0; d < factors.length; d++) {
      int learned = learned(buffer.get(layout.id(d)));
      factors[d] = learned == 0 ? 0 : normaliser.factor(learned, update);
    }
    return factors;
  }

  @Override
  public LossSum lossAndGradients(
      BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
    RolloutLayout layout = layout(batch);
    double[] factors = factors(layout);
    try (TensorScope work = model.workScope()) {
      ForwardActivations activations = model.forward(batch, recompute, null, work);
      Tensor hidden = activations.hidden();
      Tensor gradient = TensorOps.zeros(work, hidden.dtype(), hidden.shape());
      TokenPolicy policy = new TokenPolicy(model, temperature);
      OfResponses known =
          loss.level() == RatioLevel.TOKEN ? null : ofResponses(layout, policy.said(batch, hidden));
      Said said =
          policy.learn(
              batch,
              hidden,
              gradient,
              (from, part, byLogProb, byEntropy) ->
                  fillGradient(layout, from, part, scale, factors, known, byLogProb, byEntropy));
      buffer.requireSame(layout, said);
      model.backward(activations, gradient);
      GrpoStatistics statistics = statistics(layout, said, factors, weightOfToken);
      seen = seen.plus(statistics);
      teaches |= teaches(batch.batch());
      return new LossSum(statistics.loss(), weight(batch.batch()));
    }
  }

  /** No number where nothing is learned. */
  @Override
  public LossSum loss(BoundModel model, BatchTensors batch) {
    if (!teaches(batch.batch())) {
      return new LossSum(Double.NaN, 0);
    }
    RolloutLayout layout = layout(batch);
    Said said = new TokenPolicy(model, temperature).said(batch);
    double weight = weight(batch.batch());
    double ofToken = weight / learned(batch.batch());
    return new LossSum(statistics(layout, said, factors(layout), ofToken).loss(), weight);
  }

  private static RolloutLayout layout(BatchTensors batch) {
    return new RolloutLayout(batch.batch(), batch.labelledRows(), id -> 0);
  }

  private Experience experience(RolloutLayout layout, int place) {
    return buffer.get(layout.id(place));
  }

  /**
   * What tokens learn by that depends on their whole response.
   *
   * @param logRatios of each label
   * @param meanKls of each response
   */
  private record OfResponses(double[] logRatios, double[] meanKls) {}

  private OfResponses ofResponses(RolloutLayout layout, Said said) {
    double[] ratios = new double[said.logProbs().length];
    double[] kls = new double[layout.rollouts()];
    for (int d = 0; d < kls.length; d++) {
      Experience experience = experience(layout, d);
      double[] now = layout.ofLabels(said.logProbs(), d);
      double[] each = loss.level().logRatios(now, experience.logProbs());
      System.arraycopy(each, 0, ratios, layout.firstLabel(d), each.length);
      kls[d] = ResponseLoss.meanKl(experience, now);
    }
    return new OfResponses(ratios, kls);
  }

  private void fillGradient(
      RolloutLayout layout,
      int from,
      Said part,
      double scale,
      double[] factors,
      OfResponses known,
      double[] gradient,
      double[] byEntropy) {
    for (int d = 0; d < layout.rollouts(); d++) {
      Experience experience = experience(layout, d);
      int first = Math.max(from, layout.firstLabel(d));
      int end = Math.min(from + gradient.length, layout.firstLabel(d + 1));
      for (int i = first; i < end && factors[d] != 0; i++) {
        int t = i - layout.firstLabel(d);
        double logProb = part.logProbs()[i - from];
        double ratio = known == null ? logProb - experience.logProbs()[t] : known.logRatios[i];
        double meanKl = known == null ? 0 : known.meanKls[d];
        gradient[i - from] =
            scale * factors[d] * loss.gradient(experience, t, logProb, ratio, meanKl);
        byEntropy[i - from] = -scale * entropyCoef * weightOfToken;
      }
    }
  }

  /**
   * @param ofToken what a step weighs by the tokens that it learns from
   */
  private GrpoStatistics statistics(
      RolloutLayout layout, Said said, double[] factors, double ofToken) {
    GrpoStatistics all = GrpoStatistics.NONE;
    for (int d = 0; d < layout.rollouts(); d++) {
      if (factors[d] != 0) {
        all =
            all.plus(
                ofResponse(
                    experience(layout, d),
                    layout.ofLabels(said.logProbs(), d),
                    layout.ofLabels(said.entropies(), d),
                    factors[d],
                    ofToken));
      }
    }
    return all;
  }

  private GrpoStatistics ofResponse(
      Experience experience, double[] logProbs, double[] entropies, double factor, double ofToken) {
    double[] logRatios = loss.level().logRatios(logProbs, experience.logProbs());
    double sum = 0;
    double kl = 0;
    double entropy = 0;
    for (int t = 0; t < logProbs.length; t++) {
      sum += factor * loss.of(experience, t, logProbs[t], logRatios[t]);
      kl += ResponseLoss.kl(experience, t, logProbs[t]);
      entropy += entropies[t];
    }
    sum -= entropyCoef * ofToken * entropy;
    int ratios = loss.level() == RatioLevel.TOKEN ? logProbs.length : 1;
    double ratio = 0;
    long low = 0;
    long high = 0;
    for (int t = 0; t < ratios; t++) {
      Clip clip = loss.surrogate().clip(logRatios[t], experience.advantages()[t]);
      low += clip == Clip.LOW ? 1 : 0;
      high += clip == Clip.HIGH ? 1 : 0;
      ratio += Math.exp(logRatios[t]);
    }
    return new GrpoStatistics(
        sum,
        kl,
        entropy,
        logProbs.length,
        low,
        high,
        ratio,
        ratios,
        (double) low / ratios,
        (double) high / ratios);
  }
}
