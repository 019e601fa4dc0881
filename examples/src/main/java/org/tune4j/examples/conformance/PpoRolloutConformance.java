package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.rlhf.advantage.Gae;
import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.advantage.ScorePlacement;
import org.tune4j.rlhf.advantage.TokenRewards;
import org.tune4j.rlhf.advantage.Whitening;

/** Checks {@code goldens/rl/ppo_rollout}: rewards, advantages and returns of fixed rollouts. */
final class PpoRolloutConformance {
  private final RlCase golden;
  private final double tolerance;

  PpoRolloutConformance(RlCase golden) {
    this.golden = golden;
    this.tolerance = golden.tolerance("abs");
  }

  /** How a variant of the case differs. */
  private record Variant(
      String name,
      KlEstimator kl,
      double gamma,
      boolean whitenRewards,
      ScorePlacement placement,
      String lengths) {}

  void check() {
    double gamma = golden.setting("gamma");
    double other = golden.setting("other_gamma");
    try (Golden tensors = Golden.open(golden.folder().resolve("tensors.safetensors"))) {
      lengths(tensors);
      whitening(tensors);
      for (Variant variant :
          List.of(
              trl("trl_k1", KlEstimator.K1, gamma, false, "scalars"),
              trl("trl_k3", KlEstimator.K3, gamma, false, "scalars"),
              trl("trl_k1_other_gamma", KlEstimator.K1, other, false, "scalars"),
              trl("trl_k1_whiten_rewards", KlEstimator.K1, gamma, true, "scalars"),
              trl("trl_k3_whiten_rewards", KlEstimator.K3, gamma, true, "scalars"),
              trl("trl_k1_pad_is_eos", KlEstimator.K1, gamma, false, "pad_is_eos"),
              new Variant(
                  "textbook",
                  KlEstimator.K1,
                  gamma,
                  false,
                  ScorePlacement.LAST_TOKEN,
                  "scalars"))) {
        check(variant, tensors);
      }
    }
  }

  private static Variant trl(
      String name, KlEstimator kl, double gamma, boolean whitenRewards, String lengths) {
    return new Variant(name, kl, gamma, whitenRewards, ScorePlacement.AFTER_LAST_TOKEN, lengths);
  }

  private int[] lengths(String key) {
    return IntStream.range(0, golden.count("rows"))
        .map(row -> golden.json().get(key).get("last_index").get(row).asInt() + 1)
        .toArray();
  }

  /** A response ends with the first token that ends it. */
  private void lengths(Golden tensors) {
    int[] wanted = lengths("scalars");
    int eos = golden.json().get("eos").asInt();
    List<int[]> responses = RlCase.ids(tensors, "input/responses");
    long wrong =
        IntStream.range(0, wanted.length)
            .filter(
                row -> {
                  int[] ids = responses.get(row);
                  int end =
                      IntStream.range(0, ids.length)
                          .filter(t -> ids[t] == eos)
                          .findFirst()
                          .orElse(-1);
                  boolean ended = golden.json().get("scalars").get("has_eos").get(row).asBoolean();
                  return wanted[row] != (end < 0 ? ids.length : end + 1) || ended != end >= 0;
                })
            .count();
    golden.sink().exact(golden.name(), "lengths of responses", wrong);
  }

  private void whitening(Golden tensors) {
    long[] mask = tensors.longs("whiten/mask");
    float[] input = tensors.floats("whiten/input");
    int[] kept = IntStream.range(0, mask.length).filter(i -> mask[i] != 0).toArray();
    double[] numbers = Arrays.stream(kept).mapToDouble(i -> input[i]).toArray();
    for (boolean shift : new boolean[] {true, false}) {
      String tensor = shift ? "whiten/output" : "whiten/output_keep_mean";
      float[] wanted = tensors.floats(tensor);
      double[] found = Whitening.of(List.of(numbers), shift).get(0);
      double worst =
          IntStream.range(0, kept.length)
              .mapToDouble(i -> Math.abs(found[i] - wanted[kept[i]]))
              .max()
              .orElse(Double.NaN);
      golden.within(tensor, worst, tolerance);
    }
  }

  private void check(Variant variant, Golden tensors) {
    int most = golden.count("length");
    int[] lengths = lengths(variant.lengths());
    int[] positions =
        Arrays.stream(lengths).map(n -> variant.placement().positions(n, most)).toArray();
    List<double[]> logProbs = RlCase.rows(tensors, "input/logprobs", lengths);
    List<double[]> refLogProbs = RlCase.rows(tensors, "input/ref_logprobs", lengths);
    List<double[]> values = RlCase.rows(tensors, "input/values", positions);
    float[] scores = tensors.floats("input/scores");
    JsonNode ended = golden.json().get(variant.lengths()).get("has_eos");
    List<double[]> rewards = new ArrayList<>();
    for (int row = 0; row < lengths.length; row++) {
      double penalty = ended.get(row).asBoolean() ? 0 : golden.setting("missing_eos_penalty");
      rewards.add(
          TokenRewards.of(
              logProbs.get(row),
              refLogProbs.get(row),
              scores[row] - penalty,
              golden.setting("kl_coef"),
              variant.kl(),
              positions[row]));
    }
    if (variant.whitenRewards()) {
      rewards = Whitening.of(rewards, false);
    }
    List<double[]> raw = new ArrayList<>();
    List<double[]> returns = new ArrayList<>();
    for (int row = 0; row < lengths.length; row++) {
      double[] advantages =
          Gae.advantages(rewards.get(row), values.get(row), variant.gamma(), golden.setting("lam"));
      returns.add(Gae.returns(advantages, values.get(row)));
      raw.add(Arrays.copyOf(advantages, lengths[row]));
    }
    String name = variant.name();
    golden.rows(name + " rewards", tensors, name + "/rewards", rewards, tolerance);
    golden.rows(name + " advantages", tensors, name + "/advantages_raw", raw, tolerance);
    golden.rows(name + " returns", tensors, name + "/returns", returns, tolerance);
    golden.rows(
        name + " whitened", tensors, name + "/advantages", Whitening.of(raw, true), tolerance);
  }
}
