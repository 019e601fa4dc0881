package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainStep;
import org.tune4j.rlhf.advantage.KlEstimator;
import org.tune4j.rlhf.advantage.ScorePlacement;
import org.tune4j.rlhf.loss.PpoObjective;
import org.tune4j.rlhf.loss.PpoStatistics;
import org.tune4j.rlhf.policy.ModelCritic;
import org.tune4j.rlhf.ppo.ExperienceMaker;
import org.tune4j.rlhf.ppo.PpoConfig;
import org.tune4j.rlhf.rollout.Experience;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutBuffer;
import org.tune4j.rlhf.rollout.RolloutLayout;

/**
 * Checks {@code goldens/rl/ppo_run}: updates of policy and critic from fixed rollouts and scores.
 */
final class PpoRunConformance {
  private static final String CRITIC = "critic/";
  private final RlCase golden;
  private final PpoConfig config;

  PpoRunConformance(RlCase golden) {
    this.golden = golden;
    this.config =
        PpoConfig.builder()
            .numPpoEpochs(golden.count("epochs"))
            .numMiniBatches(golden.count("mini_batches"))
            .responseLength(golden.count("response"))
            .temperature(golden.setting("temperature"))
            .klCoef(golden.setting("kl_coef"))
            .klEstimator(KlEstimator.K1)
            .gamma(golden.setting("gamma"))
            .lam(golden.setting("lam"))
            .cliprange(golden.setting("cliprange"))
            .cliprangeValue(golden.setting("cliprange_value"))
            .vfCoef(golden.setting("vf_coef"))
            .missingEosPenalty(golden.setting("missing_eos_penalty"))
            .scorePlacement(ScorePlacement.AFTER_LAST_TOKEN)
            .build();
  }

  void check() {
    check("", golden.json(), 0);
    JsonNode clipped = golden.json().get("clip_variant");
    check("clipped/", clipped, clipped.get("max_grad_norm").asDouble());
  }

  /** Everything of one variant. */
  private void check(String variant, JsonNode wanted, double maxGradNorm) {
    try (CausalLm base = CausalLm.load(golden.base("policy"), DType.FLOAT32);
        CausalLm criticBase = CausalLm.load(golden.base("critic"), DType.FLOAT32);
        Golden tensors = Golden.open(golden.folder().resolve("tensors.safetensors"))) {
      List<Trainable> criticWeights = TrainableWeights.all(criticBase.architecture());
      List<Trainable> all = new ArrayList<>(TrainableWeights.all(base.architecture()));
      criticWeights.forEach(each -> all.add(each.ofLoss(CRITIC)));
      try (TrainableTensors weights = new TrainableTensors(all, base, base.scope());
          TrainableTensors ofCritic = weights.part(criticWeights, Trainable.OF_LOSS + CRITIC)) {
        TrainableWeights.copyFrom(base, weights);
        TrainableWeights.copyFrom(criticBase, ofCritic);
        try (BoundModel policy = new BoundModel(base, null, weights);
            BoundModel reference = new BoundModel(base, null, null);
            BoundModel critic = new BoundModel(criticBase, null, ofCritic)) {
          new Run(variant, wanted, tensors, policy, reference, critic).make(weights, maxGradNorm);
        }
      }
    }
  }

  /** Policy, reference and critic, and what they are to come to. */
  private final class Run {
    private final String variant;
    private final JsonNode wanted;
    private final Golden tensors;
    private final BoundModel policy;
    private final BoundModel critic;
    private final ExperienceMaker maker;
    private final RolloutBuffer buffer = new RolloutBuffer();
    private final PpoObjective objective;
    private final Map<String, Double> worst = new HashMap<>();

    Run(
        String variant,
        JsonNode wanted,
        Golden tensors,
        BoundModel policy,
        BoundModel reference,
        BoundModel critic) {
      this.variant = variant;
      this.wanted = wanted;
      this.tensors = tensors;
      this.policy = policy;
      this.critic = critic;
      ModelCritic values = new ModelCritic(critic);
      this.maker = new ExperienceMaker(policy, reference, values, config);
      this.objective = config.objective(values, buffer);
    }

    void make(TrainableTensors weights, double maxGradNorm) {
      JsonNode h = golden.json().get("hyperparameters");
      AdamW.Settings settings = Golden.adamW(h);
      try (AdamW optimizer = new AdamW(weights, settings, policy.base().scope())) {
        TrainStep step =
            new TrainStep(policy, weights, objective, optimizer, Recompute.NONE, maxGradNorm, 0);
        int updates = golden.count("updates");
        for (int u = 0; u < updates; u++) {
          update(u, step, golden.setting("lr") * (1 - (double) u / updates));
        }
      }
      worst.forEach(
          (key, difference) ->
              golden.within(
                  variant + key,
                  difference,
                  golden.tolerance(key.startsWith("grad_norm") ? "grad_norm_rel" : "loss_abs")));
      compareFinal(updatesRollouts(0));
    }

    private void differs(String key, double difference) {
      worst.merge(key, difference, Math::max);
    }

    private List<Rollout> updatesRollouts(int update) {
      int rows = golden.count("rows");
      List<int[]> queries = RlCase.ids(tensors, "queries");
      List<int[]> responses = RlCase.ids(tensors, "responses");
      List<Rollout> rollouts = new ArrayList<>();
      for (int row = update * rows; row < (update + 1) * rows; row++) {
        int[] prompt = Arrays.stream(queries.get(row)).dropWhile(id -> id == 0).toArray();
        int[] said = responses.get(row);
        int end = IntStream.range(0, said.length).filter(t -> said[t] == 2).findFirst().orElse(-1);
        int[] response = end < 0 ? said : Arrays.copyOf(said, end + 1);
        rollouts.add(new Rollout(row, prompt, response, end >= 0, new double[response.length]));
      }
      return rollouts;
    }

    private void update(int u, TrainStep step, double rate) {
      int rows = golden.count("rows");
      List<Rollout> rollouts = updatesRollouts(u);
      double[] scores =
          IntStream.range(u * rows, (u + 1) * rows)
              .mapToDouble(i -> tensors.floats("scores")[i])
              .toArray();
      ExperienceMaker.Made made = maker.make(List.of(rollouts), scores, config.klCoef());
      buffer.fill(made.experiences(), List.of());
      JsonNode expected = wanted.get("updates").get(u);
      differs(
          "objective_kl",
          Math.abs(
              Arrays.stream(made.klPerResponse()).average().orElse(Double.NaN)
                  - expected.get("objective_kl").asDouble()));
      if (u == 0) {
        compareFirst(made.experiences());
      }
      long[] permutations = tensors.longs("permutations");
      int of = golden.count("mini_batches");
      for (int i = 0; i < config.numPpoEpochs() * of; i++) {
        int first = u * config.numPpoEpochs() * rows + i * (rows / of);
        List<Rollout> part =
            IntStream.range(first, first + rows / of)
                .mapToObj(at -> rollouts.get((int) permutations[at]))
                .toList();
        Batch batch = Batch.of(part.stream().map(RolloutLayout::document).toList());
        StepResult result = step.run(List.of(batch), i, rate, Double.POSITIVE_INFINITY);
        compareStep(expected.get("minibatches").get(i), result, objective.takeStatistics());
      }
    }

    private void compareFirst(List<Experience> found) {
      double tolerance = golden.tolerance("loss_abs");
      golden.rows(
          variant + "first_update/logprobs",
          tensors,
          "first_update/logprobs",
          found.stream().map(Experience::logProbs).toList(),
          tolerance);
      golden.rows(
          variant + "first_update/values",
          tensors,
          "first_update/values",
          found.stream().map(Experience::values).toList(),
          tolerance);
      golden.rows(
          variant + "first_update/advantages",
          tensors,
          "first_update/advantages",
          found.stream().map(Experience::advantages).toList(),
          tolerance);
      golden.rows(
          variant + "first_update/returns",
          tensors,
          "first_update/returns",
          found.stream().map(Experience::returns).toList(),
          tolerance);
    }

    private void compareStep(JsonNode expected, StepResult result, PpoStatistics seen) {
      Map<String, Double> found =
          Map.of(
              "policy_loss", seen.policyLoss(),
              "value_loss", seen.valueLoss(),
              "loss", result.loss(),
              "policy_clip_fraction", seen.policyClipFraction(),
              "value_clip_fraction", seen.valueClipFraction(),
              "approx_kl_k1_masked", seen.approxKl().k1(),
              "approx_kl_k2_masked", seen.approxKl().k2(),
              "approx_kl_k3_masked", seen.approxKl().k3(),
              "ratio_mean_masked", seen.ratio());
      found.forEach((key, value) -> differs(key, Math.abs(value - expected.get(key).asDouble())));
      double norm =
          Math.hypot(
              expected.get("grad_norm_policy").asDouble(),
              expected.get("grad_norm_critic").asDouble());
      differs("grad_norm (relative)", Math.abs(result.gradNorm() - norm) / norm);
    }

    /**
     * Scores and values of the first rollouts after the last update; there may be padding behind
     * them.
     */
    private void compareFinal(List<Rollout> rollouts) {
      float[] logits = tensors.floats(variant + "final_last_position_logits");
      float[] values = tensors.floats(variant + "final_values");
      int vocabulary = logits.length / rollouts.size();
      int places = values.length / rollouts.size();
      double worstLogits = 0;
      double worstValues = 0;
      for (int row = 0; row < rollouts.size(); row++) {
        Rollout rollout = rollouts.get(row);
        int padding = golden.count("query") - rollout.prompt().length;
        try (TensorScope work = policy.workScope()) {
          Batch batch = Batch.of(List.of(RolloutLayout.document(rollout)));
          int[] all = IntStream.range(0, rollout.length()).toArray();
          BatchTensors uploaded = policy.upload(batch, work);
          Tensor hidden = policy.hidden(uploaded, work);
          double[] worth = new ModelCritic(critic).values(uploaded, hidden, all);
          for (int t = 0; t < worth.length; t++) {
            worstValues =
                Math.max(worstValues, Math.abs(worth[t] - values[row * places + padding + t]));
          }
          if (padding + rollout.length() == places) {
            Tensor last = work.longs(new int[] {rollout.length() - 1}, 1);
            float[] found = policy.output().logits(hidden, last, work).toFloats();
            float[] expected = Arrays.copyOfRange(logits, row * vocabulary, (row + 1) * vocabulary);
            worstLogits = Math.max(worstLogits, Golden.maxAbsDiff(found, expected));
          }
        }
      }
      double tolerance = golden.tolerance("logits_abs");
      golden.within(variant + "final_last_position_logits", worstLogits, tolerance);
      golden.within(variant + "final_values", worstValues, tolerance);
    }
  }
}
