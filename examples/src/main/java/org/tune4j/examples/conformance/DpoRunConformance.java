package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainStep;
import org.tune4j.lora.Lora;
import org.tune4j.rlhf.policy.TokenPolicy;
import org.tune4j.rlhf.preference.DpoConfig;
import org.tune4j.rlhf.preference.DpoLoss;
import org.tune4j.rlhf.preference.PreferenceObjective;

/** Checks {@code goldens/rl/dpo_run}: updates of an adapter, with the bare model as reference. */
final class DpoRunConformance {
  private static final List<String> FIGURES =
      List.of(
          "rewards/chosen",
          "rewards/rejected",
          "rewards/margins",
          "logps/chosen",
          "logps/rejected");

  private final RlCase golden;
  private final Map<String, Double> worst = new HashMap<>();

  DpoRunConformance(RlCase golden) {
    this.golden = golden;
  }

  void check() {
    JsonNode h = golden.json().get("hyperparameters");
    DpoLoss loss = new DpoLoss(DpoConfig.builder().beta(golden.setting("beta")).build());
    AdamW.Settings settings = Golden.adamW(h);
    try (CausalLm base =
            CausalLm.load(
                golden
                    .folder()
                    .toAbsolutePath()
                    .getParent()
                    .resolve(golden.json().get("base").asText()),
                DType.FLOAT32);
        Lora lora = Lora.load(base, golden.folder().resolve("adapter_init"));
        BoundModel bare = new BoundModel(base, null, null);
        AdamW optimizer = new AdamW(lora.weights(), settings, base.scope());
        Golden batches = Golden.open(golden.folder().resolve("batches.safetensors"))) {
      PreferenceObjective objective = PreferenceObjective.of(loss, bare, Integer.MAX_VALUE);
      TrainStep step =
          new TrainStep(
              lora.model(),
              lora.weights(),
              objective,
              optimizer,
              Recompute.NONE,
              golden.setting("max_grad_norm"),
              0);
      JsonNode trajectory = golden.json().get("trajectory");
      List<EncodedExample> pairs = pairs(batches);
      int perStep = golden.count("pairs");
      for (int s = 0; s < golden.count("steps"); s++) {
        Batch batch = Batch.of(pairs.subList(s * perStep, (s + 1) * perStep));
        StepResult result =
            step.run(
                List.of(batch),
                s,
                trajectory.get("lr").get(s).asDouble(),
                Double.POSITIVE_INFINITY);
        compare(trajectory, s, result, objective.figures());
      }
      compareFinal(base, lora, Batch.of(pairs));
    }
    worst.forEach(
        (key, difference) ->
            golden.within(
                key,
                difference,
                golden.tolerance(
                    key.startsWith("grad_norm")
                        ? "grad_norm_rel"
                        : key.startsWith("logps") ? "logps_abs" : "loss_abs")));
  }

  private void differs(String key, double difference) {
    worst.merge(key, difference, (a, b) -> b <= a ? a : b); // NaN counts as worse
  }

  private void compare(
      JsonNode trajectory, int step, StepResult result, Map<String, Double> figures) {
    differs("loss", Math.abs(result.loss() - trajectory.get("loss").get(step).asDouble()));
    double norm = trajectory.get("grad_norm").get(step).asDouble();
    differs("grad_norm (relative)", Math.abs(result.gradNorm() - norm) / norm);
    for (String figure : FIGURES) {
      double wanted = trajectory.get(figure).get(step).asDouble();
      // A reward is beta times what two log-probabilities differ by, and rounded like them.
      String key = figure.startsWith("rewards") ? "logps of " + figure : figure;
      double scale = figure.startsWith("rewards") ? golden.setting("beta") : 1;
      differs(key, Math.abs(figures.get(figure) - wanted) / scale);
    }
  }

  /** What the updates come to, by what the two adapters say of some answers. */
  private void compareFinal(CausalLm base, Lora lora, Batch batch) {
    try (Lora wanted = Lora.load(base, golden.folder().resolve("adapter_final"))) {
      double[] found = logProbs(lora.model(), batch);
      double[] expected = logProbs(wanted.model(), batch);
      for (int t = 0; t < found.length; t++) {
        differs("logps of adapter_final", Math.abs(found[t] - expected[t]));
      }
    }
  }

  private static double[] logProbs(BoundModel model, Batch batch) {
    try (TensorScope work = model.workScope()) {
      return new TokenPolicy(model, 1).said(model.upload(batch, work)).logProbs();
    }
  }

  /** Rows of a step: as many chosen ones as rejected ones behind them. */
  private List<EncodedExample> pairs(Golden batches) {
    List<int[]> ids = RlCase.ids(batches, "input_ids");
    List<int[]> real = RlCase.ids(batches, "attention_mask");
    List<int[]> answer = RlCase.ids(batches, "completion_mask");
    int perStep = golden.count("pairs");
    List<EncodedExample> pairs = new ArrayList<>();
    for (int from = 0; from < ids.size(); from += 2 * perStep) {
      for (int p = from; p < from + perStep; p++) {
        pairs.add(
            EncodedExample.pair(
                document(pairs.size(), ids.get(p), real.get(p), answer.get(p)),
                document(
                    pairs.size(),
                    ids.get(p + perStep),
                    real.get(p + perStep),
                    answer.get(p + perStep))));
      }
    }
    return pairs;
  }

  private static EncodedExample document(long id, int[] ids, int[] real, int[] answer) {
    int length = Arrays.stream(real).sum();
    int[] kept = Arrays.copyOf(ids, length);
    int[] labels = kept.clone();
    for (int t = 0; t < length; t++) {
      labels[t] = answer[t] != 0 ? kept[t] : EncodedExample.NOT_LEARNED;
    }
    return new EncodedExample(id, "pair " + id, kept, labels);
  }
}
