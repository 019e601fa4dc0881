package org.tune4j.examples.conformance;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.loss.ClippedPolicyLoss;
import org.tune4j.rlhf.loss.ClippedValueLoss;
import org.tune4j.rlhf.policy.Said;
import org.tune4j.rlhf.policy.TokenScores;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;

/** Checks {@code goldens/rl/ppo_loss}: losses of fixed numbers, their gradients, and entropy. */
final class PpoLossConformance {
  private final RlCase golden;

  PpoLossConformance(RlCase golden) {
    this.golden = golden;
  }

  void check() {
    try (Golden tensors = Golden.open(golden.folder().resolve("tensors.safetensors"))) {
      policy(tensors);
      values(tensors);
      entropy(tensors);
    }
  }

  private static int[] kept(long[] mask) {
    return IntStream.range(0, mask.length).filter(i -> mask[i] != 0).toArray();
  }

  private static double[] pick(float[] all, int[] places) {
    return Arrays.stream(places).mapToDouble(i -> all[i]).toArray();
  }

  private static double mean(double[] numbers) {
    return Arrays.stream(numbers).average().orElse(Double.NaN);
  }

  private void metric(String name, double found) {
    double wanted = golden.json().get("metrics").get(name).asDouble();
    golden.within(name, Math.abs(found - wanted), golden.tolerance("loss_abs"));
  }

  private void gradient(Golden tensors, String tensor, int[] kept, double[] found) {
    float[] wanted = tensors.floats(tensor);
    double[] all = new double[wanted.length];
    for (int i = 0; i < kept.length; i++) {
      all[kept[i]] = found[i];
    }
    double worst = 0;
    for (int i = 0; i < all.length; i++) {
      worst = Math.max(worst, Math.abs(all[i] - wanted[i]));
    }
    golden.within(tensor, worst, golden.tolerance("grad_abs"));
  }

  private void policy(Golden tensors) {
    int[] kept = kept(tensors.longs("mask"));
    double[] logProbs = pick(tensors.floats("new_logprobs"), kept);
    double[] old = pick(tensors.floats("old_logprobs"), kept);
    int n = kept.length;
    Experience all =
        new Experience(
            new Rollout(0, new int[1], new int[n], true, old),
            old,
            old,
            pick(tensors.floats("advantages"), kept),
            new double[0],
            new double[0]);
    ClippedPolicyLoss loss = new ClippedPolicyLoss(golden.setting("cliprange"));
    IntStream tokens = IntStream.range(0, n);
    metric("policy_loss", mean(tokens.mapToDouble(t -> loss.of(all, t, logProbs[t])).toArray()));
    metric(
        "policy_clip_fraction",
        IntStream.range(0, n).filter(t -> loss.isClipped(all, t, logProbs[t])).count()
            / (double) n);
    for (KlEstimator kl : KlEstimator.values()) {
      double[] each = IntStream.range(0, n).mapToDouble(t -> kl.of(old[t], logProbs[t])).toArray();
      metric(
          "approx_kl_%s_masked".formatted(kl.name().toLowerCase(java.util.Locale.ROOT)),
          mean(each));
    }
    metric(
        "ratio_mean_masked",
        mean(IntStream.range(0, n).mapToDouble(t -> Math.exp(logProbs[t] - old[t])).toArray()));
    gradient(
        tensors,
        "grad_new_logprobs",
        kept,
        IntStream.range(0, n).mapToDouble(t -> loss.gradient(all, t, logProbs[t]) / n).toArray());
  }

  /** Their gradient has the coefficient in it. */
  private void values(Golden tensors) {
    int[] kept = kept(tensors.longs("mask_p1"));
    int n = kept.length;
    double[] now = pick(tensors.floats("value_predictions"), kept);
    double[] old = pick(tensors.floats("old_values"), kept);
    double[] wanted = pick(tensors.floats("returns"), kept);
    ClippedValueLoss loss = new ClippedValueLoss(golden.setting("cliprange_value"));
    metric(
        "value_loss",
        mean(IntStream.range(0, n).mapToDouble(t -> loss.of(now[t], old[t], wanted[t])).toArray()));
    metric(
        "value_clip_fraction",
        IntStream.range(0, n).filter(t -> loss.isClipped(now[t], old[t], wanted[t])).count()
            / (double) n);
    double factor = golden.setting("vf_coef") / n;
    gradient(
        tensors,
        "grad_value_predictions",
        kept,
        IntStream.range(0, n)
            .mapToDouble(t -> factor * loss.gradient(now[t], old[t], wanted[t]))
            .toArray());
  }

  private void entropy(Golden tensors) {
    int[] kept = kept(tensors.longs("mask"));
    float[] logits = tensors.floats("logits");
    long[] actions = tensors.longs("actions");
    int vocab = golden.count("vocab");
    try (TensorScope scope = TensorScope.open()) {
      TokenScores scores =
          new TokenScores(
              scope.floats(logits, actions.length, vocab),
              Arrays.stream(actions).mapToInt(Math::toIntExact).toArray(),
              1,
              scope);
      Said said = scores.said();
      float[] wanted = tensors.floats("entropy");
      double worst = 0;
      double sum = 0;
      double[] weights = new double[actions.length];
      for (int i : kept) {
        worst = Math.max(worst, Math.abs(said.entropies()[i] - wanted[i]));
        sum += said.entropies()[i];
        weights[i] = 1.0 / kept.length;
      }
      golden.within("entropy", worst, golden.tolerance("loss_abs"));
      metric("entropy_mean_masked", sum / kept.length);
      float[] found = scores.gradient(new double[actions.length], weights).toFloats();
      golden.within(
          "grad_masked_mean_entropy_logits",
          Golden.maxAbsDiff(found, tensors.floats("grad_masked_mean_entropy_logits")),
          golden.tolerance("grad_abs"));
    }
  }
}
