package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleBinaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.Rating;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainStep;
import org.tune4j.rlhf.reward.model.BradleyTerry;
import org.tune4j.rlhf.reward.model.BradleyTerryObjective;

/** Checks {@code goldens/rl/reward_model}: Bradley-Terry losses, gradients and updates. */
final class RewardModelConformance {
  private final RlCase golden;

  RewardModelConformance(RlCase golden) {
    this.golden = golden;
  }

  /** Wide rows of a batch, and how wide. */
  private record Rows(int[][] ids, int count) {
    static Rows of(Golden tensors, String prefix) {
      List<int[]> ids = RlCase.ids(tensors, prefix + "input_ids");
      List<int[]> mask = RlCase.ids(tensors, prefix + "attention_mask");
      int[][] rows = new int[ids.size()][];
      for (int row = 0; row < rows.length; row++) {
        rows[row] = Arrays.copyOf(ids.get(row), Arrays.stream(mask.get(row)).sum());
      }
      return new Rows(rows, rows.length);
    }
  }

  void check() {
    try (Golden tensors = Golden.open(golden.folder().resolve("batches.safetensors"))) {
      unit("plain", 0, new float[golden.count("pairs")]);
      unit("margin", 0, tensors.floats("margin"));
      unit("center_rewards", golden.setting("center"), new float[golden.count("pairs")]);
      run("plain", 0, false, tensors);
      run("margin", 0, true, tensors);
      run("center_rewards", golden.setting("center"), false, tensors);
    }
  }

  /** Loss and gradients of the rewards that the first step gave. */
  private void unit(String variant, double center, float[] margins) {
    JsonNode unit = golden.json().get("first_step_unit");
    JsonNode wanted = unit.get(variant);
    BradleyTerry loss = new BradleyTerry(center);
    int pairs = golden.count("pairs");
    double mean = 0;
    double worst = 0;
    for (int p = 0; p < pairs; p++) {
      double chosen = unit.get("rewards_chosen").get(p).asDouble();
      double rejected = unit.get("rewards_rejected").get(p).asDouble();
      mean += loss.of(chosen, rejected, margins[p]) / pairs;
      double byChosen = loss.byChosen(chosen, rejected, margins[p]) / pairs;
      double byRejected = loss.byRejected(chosen, rejected, margins[p]) / pairs;
      worst = Math.max(worst, Math.abs(byChosen - wanted.get("grad_chosen").get(p).asDouble()));
      worst = Math.max(worst, Math.abs(byRejected - wanted.get("grad_rejected").get(p).asDouble()));
    }
    double tolerance = golden.tolerance("unit_abs");
    golden.within(
        variant + "/unit loss", Math.abs(mean - wanted.get("loss").asDouble()), tolerance);
    golden.within(variant + "/unit gradients", worst, tolerance);
  }

  private void run(String variant, double center, boolean margins, Golden tensors) {
    JsonNode wanted = golden.json().get("runs").get(variant);
    Rows all = Rows.of(tensors, "");
    Rows probe = Rows.of(tensors, "probe_");
    JsonNode h = golden.json().get("hyperparameters");
    AdamW.Settings settings = Golden.adamW(h);
    try (CausalLm base = CausalLm.load(base(), DType.FLOAT32);
        TrainableTensors weights =
            new TrainableTensors(TrainableWeights.all(base.architecture()), base, base.scope())) {
      TrainableWeights.copyFrom(base, weights);
      try (BoundModel model = new BoundModel(base, null, weights);
          AdamW optimizer = new AdamW(weights, settings, base.scope())) {
        BradleyTerryObjective objective = new BradleyTerryObjective(new BradleyTerry(center));
        TrainStep step =
            new TrainStep(
                model,
                weights,
                objective,
                optimizer,
                Recompute.NONE,
                golden.setting("max_grad_norm"),
                0);
        List<double[]> rewards = new ArrayList<>();
        List<StepResult> results = new ArrayList<>();
        int steps = golden.count("steps");
        for (int s = 0; s < steps; s++) {
          List<EncodedExample> pairs = pairs(all, s, margins ? tensors.floats("margin") : null);
          rewards.add(
              rewards(model, pairs.stream().flatMap(RewardModelConformance::apart).toList()));
          double rate = golden.setting("lr") * (1 - (double) s / steps);
          results.add(step.run(List.of(Batch.of(pairs)), s, rate, Double.POSITIVE_INFINITY));
        }
        compare(variant, wanted.get("trajectory"), results, rewards);
        compareProbe(variant, wanted, center > 0, rewards(model, documents(probe)));
      }
    }
  }

  private Path base() {
    return golden.folder().toAbsolutePath().getParent().resolve(golden.json().get("base").asText());
  }

  /** The pairs of a step: the first half of its rows is chosen. */
  private List<EncodedExample> pairs(Rows all, int step, float[] margins) {
    int pairs = golden.count("pairs");
    return IntStream.range(0, pairs)
        .mapToObj(
            p -> {
              Target margin = new Target.Number(margins == null ? 0 : margins[step * pairs + p]);
              int row = step * 2 * pairs + p;
              return EncodedExample.pair(
                  EncodedExample.of(p, "pair " + p, all.ids()[row], margin),
                  EncodedExample.of(p, "pair " + p, all.ids()[row + pairs], margin));
            })
        .toList();
  }

  /** Both answers, each alone. */
  private static Stream<EncodedExample> apart(EncodedExample pair) {
    return Stream.of(pair.rated(Rating.CHOSEN), pair.rejected().orElseThrow());
  }

  private static List<EncodedExample> documents(Rows rows) {
    return IntStream.range(0, rows.count())
        .mapToObj(
            r -> EncodedExample.judged(r, "row " + r, rows.ids()[r], Optional.empty(), new int[0]))
        .toList();
  }

  private static double[] rewards(BoundModel model, List<EncodedExample> documents) {
    HeadTask number = new HeadTask.Regression();
    HeadObjective read = HeadObjective.of(number, HeadLoss.of(number), model.architecture().head());
    return new HeadPredictor(read)
        .predict(model, documents).stream().mapToDouble(Prediction::value).toArray();
  }

  private void compare(
      String variant, JsonNode wanted, List<StepResult> results, List<double[]> rewards) {
    golden.within(
        variant + "/loss",
        worst(wanted.get("loss"), s -> results.get(s).loss(), false),
        golden.tolerance("loss_abs"));
    golden.within(
        variant + "/grad_norm (relative)",
        worst(wanted.get("grad_norm"), s -> results.get(s).gradNorm(), true),
        golden.tolerance("grad_norm_rel"));
    golden.within(
        variant + "/margin",
        worst(wanted.get("margin"), s -> mean(rewards.get(s), (a, b) -> a - b), false),
        golden.tolerance("centred_probe_abs"));
    golden.within(
        variant + "/accuracy",
        worst(wanted.get("accuracy"), s -> mean(rewards.get(s), (a, b) -> a > b ? 1 : 0), false),
        0);
  }

  /** Of chosen and rejected, which stand side by side. */
  private static double mean(double[] rewards, DoubleBinaryOperator of) {
    return IntStream.range(0, rewards.length / 2)
        .mapToDouble(p -> of.applyAsDouble(rewards[2 * p], rewards[2 * p + 1]))
        .average()
        .orElse(Double.NaN);
  }

  private static double worst(JsonNode wanted, ToDoubleFunction<Integer> found, boolean relative) {
    double worst = 0;
    for (int s = 0; s < wanted.size(); s++) {
      double difference = Math.abs(found.applyAsDouble(s) - wanted.get(s).asDouble());
      double each = relative ? difference / wanted.get(s).asDouble() : difference;
      worst = each <= worst ? worst : each; // NaN counts as worse
    }
    return worst;
  }

  private void compareProbe(String variant, JsonNode wanted, boolean centred, double[] rewards) {
    double mean = Arrays.stream(rewards).average().orElse(Double.NaN);
    double tolerance = golden.tolerance("centred_probe_abs");
    golden.within(
        variant + "/probe_rewards_minus_mean",
        worst(wanted.get("probe_rewards_minus_mean"), r -> rewards[r] - mean, false),
        tolerance);
    if (centred) {
      golden.within(
          variant + "/probe_rewards",
          worst(wanted.get("probe_rewards"), r -> rewards[r], false),
          tolerance);
    }
  }
}
