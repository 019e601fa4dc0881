package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.rlhf.advantage.GroupAdvantages;
import org.tune4j.rlhf.advantage.RewardScale;
import org.tune4j.rlhf.loss.CispoSurrogate;
import org.tune4j.rlhf.loss.ClippedSurrogate;
import org.tune4j.rlhf.loss.LossNormaliser;
import org.tune4j.rlhf.loss.LossNormaliser.UpdateSize;
import org.tune4j.rlhf.loss.RatioLevel;
import org.tune4j.rlhf.loss.ResponseLoss;
import org.tune4j.rlhf.loss.SapoSurrogate;
import org.tune4j.rlhf.loss.Surrogate;
import org.tune4j.rlhf.loss.VespoSurrogate;

/** Checks {@code goldens/rl/grpo}: advantages, losses and gradients of every kind against TRL. */
final class GrpoConformance {
  private final RlCase golden;

  GrpoConformance(RlCase golden) {
    this.golden = golden;
  }

  void check() {
    try (Golden tensors = Golden.open(golden.folder().resolve("tensors.safetensors"))) {
      double[] rewards = doubles(tensors.floats("rewards"));
      for (RewardScale scale : RewardScale.values()) {
        double[] found = GroupAdvantages.ofMean(rewards, golden.count("generations"), scale);
        String name = "advantages/" + scale.name().toLowerCase(java.util.Locale.ROOT);
        golden.rows(name, tensors, name, List.of(found), golden.tolerance("advantage_abs"));
      }
      golden.json().get("values").fieldNames().forEachRemaining(name -> loss(tensors, name));
    }
  }

  static double[] doubles(float[] numbers) {
    return IntStream.range(0, numbers.length).mapToDouble(i -> numbers[i]).toArray();
  }

  /** How many tokens each response of a mask has. */
  static int[] lengths(long[] mask, int rows) {
    int width = mask.length / rows;
    return IntStream.range(0, rows)
        .map(row -> (int) Arrays.stream(mask, row * width, (row + 1) * width).sum())
        .toArray();
  }

  private Surrogate surrogate(String name) {
    double high = golden.setting("epsilon_high");
    return switch (name) {
      case "cispo" -> new CispoSurrogate(high);
      case "sapo" -> new SapoSurrogate(1, 1.05);
      case "vespo" -> new VespoSurrogate(2, 3, 3, 2);
      default ->
          new ClippedSurrogate(
              golden.setting("epsilon_low"),
              high,
              name.contains("delta") ? golden.setting("delta") : Double.POSITIVE_INFINITY);
    };
  }

  private static RatioLevel level(String name) {
    return switch (name) {
      case "gspo_sequence_level" -> RatioLevel.SEQUENCE;
      case "vespo" -> RatioLevel.SEQUENCE_PRODUCT;
      default -> RatioLevel.TOKEN;
    };
  }

  private static LossNormaliser normaliser(String name) {
    return switch (name.split("_")[0]) {
      case "bnpo" -> LossNormaliser.TOKENS;
      case "dr" -> LossNormaliser.LENGTH_LIMIT;
      case "dapo", "cispo", "vespo" -> LossNormaliser.UPDATE_TOKENS;
      case "luspo" -> LossNormaliser.RESPONSE_SUMS;
      default -> LossNormaliser.RESPONSES;
    };
  }

  private void loss(Golden tensors, String name) {
    double[] advantages = doubles(tensors.floats("advantages/group"));
    int[] lengths = lengths(tensors.longs("mask"), advantages.length);
    List<double[]> now = RlCase.rows(tensors, "new_logps", lengths);
    List<double[]> old = RlCase.rows(tensors, "old_logps", lengths);
    ResponseLossCheck check =
        new ResponseLossCheck(
            now,
            name.contains("no_old") ? now : old,
            RlCase.rows(tensors, "ref_logps", lengths),
            advantages);
    int generated = golden.json().get("steps_per_generation").asInt() * advantages.length;
    ResponseLossCheck.Found found =
        check.of(
            new ResponseLoss(
                surrogate(name),
                level(name),
                name.endsWith("_beta") ? golden.setting("beta") : 0,
                false),
            normaliser(name),
            new UpdateSize(
                generated,
                golden.json().get("num_items_in_batch").asLong(),
                golden.count("max_completion_length")),
            name.endsWith("accumulation_2") ? 2 : 1);
    JsonNode values = golden.json().get("values").get(name);
    value(name, "loss", found.loss(), values);
    if (values.has("clip_ratio/low_mean")) {
      value(name, "clip_ratio/low_mean", found.low(), values);
      value(name, "clip_ratio/high_mean", found.high(), values);
    }
    golden.rows(
        "grad/" + name, tensors, "grad/" + name, found.gradients(), golden.tolerance("grad_abs"));
  }

  private void value(String name, String key, double found, JsonNode values) {
    golden.within(
        name + " " + key,
        Math.abs(found - values.get(key).asDouble()),
        golden.tolerance("loss_abs"));
  }
}
