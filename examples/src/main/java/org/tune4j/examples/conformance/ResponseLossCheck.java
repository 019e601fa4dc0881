package org.tune4j.examples.conformance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.rlhf.loss.LossNormaliser;
import org.tune4j.rlhf.loss.LossNormaliser.UpdateSize;
import org.tune4j.rlhf.loss.RatioLevel;
import org.tune4j.rlhf.loss.ResponseLoss;
import org.tune4j.rlhf.loss.Surrogate.Clip;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;

/** A loss of a mini-batch of fixed numbers, its gradient, and what of it is clipped. */
final class ResponseLossCheck {
  private final List<Experience> experiences = new ArrayList<>();
  private final List<double[]> logProbs;

  ResponseLossCheck(
      List<double[]> logProbs, List<double[]> old, List<double[]> reference, double[] advantages) {
    this.logProbs = logProbs;
    for (int i = 0; i < logProbs.size(); i++) {
      int tokens = logProbs.get(i).length;
      double[] advantage = new double[tokens];
      Arrays.fill(advantage, advantages[i]);
      experiences.add(
          new Experience(
              new Rollout(i, new int[1], new int[tokens], true, new double[tokens]),
              old.get(i),
              reference.get(i),
              advantage,
              new double[0],
              new double[0]));
    }
  }

  /** What a loss comes to. */
  record Found(double loss, List<double[]> gradients, double low, double high) {}

  /**
   * Computes it.
   *
   * @param microBatches of the mini-batch; the others weigh as much as this one
   */
  Found of(ResponseLoss loss, LossNormaliser normaliser, UpdateSize size, int microBatches) {
    double weight =
        microBatches * logProbs.stream().mapToDouble(each -> normaliser.weight(each.length)).sum();
    double sum = 0;
    int ratiosSeen = 0;
    int low = 0;
    int high = 0;
    List<double[]> gradients = new ArrayList<>();
    for (int i = 0; i < logProbs.size(); i++) {
      Experience experience = experiences.get(i);
      double[] now = logProbs.get(i);
      double[] ratios = loss.level().logRatios(now, experience.logProbs());
      double factor = normaliser.factor(now.length, size) / weight;
      double[] gradient = new double[now.length];
      for (int t = 0; t < now.length; t++) {
        sum += factor * loss.of(experience, t, now[t], ratios[t]);
        gradient[t] = factor * loss.gradient(experience, t, now[t], ratios[t], 0);
        if (t > 0 && loss.level() != RatioLevel.TOKEN) {
          continue;
        }
        Clip clip = loss.surrogate().clip(ratios[t], experience.advantages()[t]);
        low += clip == Clip.LOW ? 1 : 0;
        high += clip == Clip.HIGH ? 1 : 0;
        ratiosSeen++;
      }
      gradients.add(gradient);
    }
    return new Found(sum, gradients, (double) low / ratiosSeen, (double) high / ratiosSeen);
  }
}
