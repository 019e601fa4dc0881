package org.tune4j.examples.conformance;

import java.util.List;
import org.tune4j.rlhf.advantage.GroupAdvantages;
import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.loss.ClippedSurrogate;
import org.tune4j.rlhf.loss.LossNormaliser;
import org.tune4j.rlhf.loss.LossNormaliser.UpdateSize;
import org.tune4j.rlhf.loss.RatioLevel;
import org.tune4j.rlhf.loss.ResponseLoss;

/** Checks {@code goldens/rl/rloo}: leave-one-out advantages and the loss of whole responses. */
final class RlooConformance {
  private static final double ADVANTAGE_TOLERANCE = 1e-5;
  private final RlCase golden;

  RlooConformance(RlCase golden) {
    this.golden = golden;
  }

  void check() {
    try (Golden tensors = Golden.open(golden.folder().resolve("tensors.safetensors"))) {
      golden.json().get("values").fieldNames().forEachRemaining(name -> check(tensors, name));
    }
  }

  private void check(Golden tensors, String name) {
    double[] rewards = GrpoConformance.doubles(tensors.floats("rewards"));
    int[] lengths = GrpoConformance.lengths(tensors.longs("mask"), rewards.length);
    List<double[]> now = RlCase.rows(tensors, "new_logps", lengths);
    List<double[]> old = RlCase.rows(tensors, "old_logps", lengths);
    List<double[]> reference = RlCase.rows(tensors, "ref_logps", lengths);
    boolean bare = name.equals("plain") || name.equals("clipped");
    double beta = bare ? 0 : golden.setting("beta");
    for (int i = 0; i < rewards.length; i++) {
      if (name.equals("clipped")) {
        var range = golden.json().get("hyperparameters").get("reward_clip_range");
        rewards[i] =
            Math.max(range.get(0).asDouble(), Math.min(range.get(1).asDouble(), rewards[i]));
      }
      rewards[i] -= beta * KlEstimator.K1.sum(old.get(i), reference.get(i));
    }
    double[] advantages =
        GroupAdvantages.leaveOneOut(
            rewards, golden.count("generations"), name.equals("normalized"));
    String tensor = "advantages/" + name;
    golden.rows(tensor, tensors, tensor, List.of(advantages), ADVANTAGE_TOLERANCE);
    ResponseLossCheck.Found found =
        new ResponseLossCheck(now, old, reference, advantages)
            .of(
                new ResponseLoss(
                    new ClippedSurrogate(
                        golden.setting("epsilon_low"),
                        golden.setting("epsilon_high"),
                        Double.POSITIVE_INFINITY),
                    RatioLevel.SEQUENCE_PRODUCT,
                    0,
                    false),
                LossNormaliser.RESPONSES,
                new UpdateSize(rewards.length, 0, 0),
                1);
    golden.within(
        name + " loss",
        Math.abs(found.loss() - golden.json().get("values").get(name).get("loss").asDouble()),
        golden.tolerance("loss_abs"));
    golden.rows(
        "grad/" + name, tensors, "grad/" + name, found.gradients(), golden.tolerance("grad_abs"));
  }
}
