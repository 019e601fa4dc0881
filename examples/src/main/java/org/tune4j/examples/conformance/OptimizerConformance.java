package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.Adafactor;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.Lion;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.optim.OptimizerConfig;
import org.tune4j.engine.optim.Sgd;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainStep;

/**
 * Checks {@code goldens/train/optimizers}: updates of a few tensors with given gradients, and
 * trajectories of a model, both against torch and transformers.
 */
final class OptimizerConformance {
  private final Path folder;
  private final JsonNode golden;
  private final CheckSink sink;

  OptimizerConformance(Path folder, JsonNode golden, CheckSink sink) {
    this.folder = folder;
    this.golden = golden;
    this.sink = sink;
  }

  void check() {
    JsonNode unit = golden.get("unit");
    unit.get("hyperparameters")
        .fields()
        .forEachRemaining(e -> unit(e.getKey(), e.getValue(), unit));
    golden.get("llama").fields().forEachRemaining(e -> llama(e.getKey(), e.getValue()));
  }

  private static OptimizerConfig config(String name, JsonNode h) {
    double decay = h.path("weight_decay").asDouble();
    return switch (name) {
      case "adamw" ->
          new AdamW.Settings(
              h.get("betas").get(0).asDouble(),
              h.get("betas").get(1).asDouble(),
              h.get("eps").asDouble(),
              decay);
      case "sgd_momentum", "sgd_nesterov" ->
          new Sgd.Settings(h.get("momentum").asDouble(), h.get("nesterov").asBoolean(), decay);
      case "lion" ->
          new Lion.Settings(
              h.get("betas").get(0).asDouble(), h.get("betas").get(1).asDouble(), decay);
      case "adafactor_torch" ->
          new Adafactor.Settings(
              Adafactor.Form.TORCH,
              h.get("eps").get(0).asDouble(),
              h.get("eps").get(1).asDouble(),
              h.get("d").asDouble(),
              h.get("beta2_decay").asDouble(),
              0,
              decay,
              true,
              false,
              false);
      default ->
          new Adafactor.Settings(
              Adafactor.Form.TRANSFORMERS,
              h.get("eps").get(0).asDouble(),
              h.get("eps").get(1).asDouble(),
              h.get("clip_threshold").asDouble(),
              h.get("decay_rate").asDouble(),
              h.path("beta1").asDouble(0),
              decay,
              h.get("scale_parameter").asBoolean(),
              h.get("relative_step").asBoolean(),
              h.get("warmup_init").asBoolean());
    };
  }

  private void unit(String name, JsonNode h, JsonNode unit) {
    double absolute = unit.get("tolerance").get("abs").asDouble();
    double relative = unit.get("tolerance").get("rel").asDouble();
    int steps = unit.get("steps").asInt();
    Map<String, long[]> shapes =
        Map.of("matrix", new long[] {6, 9}, "vector", new long[] {7}, "cube", new long[] {3, 4, 5});
    List<Trainable> trainables = new ArrayList<>();
    shapes.forEach(
        (tensor, shape) -> trainables.add(new Trainable(TensorSlot.whole(tensor, shape), true)));
    double worst = 0;
    try (Golden inputs = Golden.open(folder.resolve(unit.get("inputs").asText()));
        Golden wanted = Golden.open(folder.resolve("unit_" + name + ".safetensors"));
        TensorScope scope = TensorScope.open();
        TrainableTensors weights = new TrainableTensors(trainables, DType.FLOAT32, scope)) {
      for (Trainable each : trainables) {
        fill(
            weights.master(each.slot()), inputs.floats("start." + each.slot().name()), each, scope);
      }
      try (Optimizer optimizer = config(name, h).optimizer(weights, scope)) {
        for (int k = 0; k < steps; k++) {
          for (Trainable each : trainables) {
            float[] all = inputs.floats("grads." + each.slot().name());
            fill(weights.gradient(each.slot()), row(all, k, steps), each, scope);
          }
          optimizer.step(h.path("lr").asDouble(0), 1);
          for (Trainable each : trainables) {
            float[] ours = weights.master(each.slot()).toFloats();
            float[] theirs = row(wanted.floats(each.slot().name()), k, steps);
            for (int i = 0; i < ours.length; i++) {
              double allowed = absolute + relative * Math.abs(theirs[i]);
              double share = Math.abs((double) ours[i] - theirs[i]) / allowed;
              worst = share <= worst ? worst : share; // NaN counts as worse
            }
          }
        }
      }
    }
    sink.report("optimizers", name + " (share of tolerance)", worst, 1, worst <= 1);
  }

  private static void fill(Tensor target, float[] values, Trainable each, TensorScope scope) {
    try (TensorScope work = scope.nested()) {
      TensorOps.copy(target, work.floats(values, each.slot().sizes()));
    }
  }

  private static float[] row(float[] all, int row, int rows) {
    int size = all.length / rows;
    return Arrays.copyOfRange(all, row * size, (row + 1) * size);
  }

  private void llama(String name, JsonNode run) {
    JsonNode h = run.get("hyperparameters");
    JsonNode losses = run.get("trajectory").get("loss");
    Path root = folder.toAbsolutePath().getParent();
    double lossDiff = 0;
    double normDiff = 0;
    double logitDiff = 0;
    try (CausalLm base = CausalLm.load(root.resolve(golden.get("base").asText()), DType.FLOAT32);
        TensorScope scope = TensorScope.open();
        TrainableTensors weights = new TrainableTensors(allDecayed(base), base.dtype(), scope)) {
      TrainableWeights.copyFrom(base, weights);
      try (BoundModel model = new BoundModel(base, null, weights);
          Golden batches = Golden.open(root.resolve(golden.get("batches").asText()));
          Optimizer optimizer = config(name, h).optimizer(weights, base.scope())) {
        TrainStep step =
            new TrainStep(
                model,
                weights,
                new CausalLmObjective(),
                optimizer,
                Recompute.NONE,
                h.get("max_grad_norm").asDouble(),
                0);
        for (int k = 0; k < losses.size(); k++) {
          StepResult result =
              step.run(
                  List.of(batches.batch(k)), k, h.path("lr").asDouble(0), Double.POSITIVE_INFINITY);
          lossDiff = Math.max(lossDiff, Math.abs(result.loss() - losses.get(k).asDouble()));
          double norm = run.get("trajectory").get("grad_norm").get(k).asDouble();
          normDiff = Math.max(normDiff, Math.abs(result.gradNorm() - norm) / norm);
        }
        List<int[]> probe = batches.documents("probe_input_ids", "probe_attention_mask");
        try (Golden theirs = Golden.open(folder.resolve("llama_" + name + ".safetensors"))) {
          logitDiff =
              Golden.maxAbsDiff(
                  Probe.logits(model, probe), theirs.realPositions("logits_after", probe));
        }
      }
    }
    JsonNode tolerance = run.get("tolerance");
    within(name + " trajectory loss", lossDiff, tolerance.get("loss_abs").asDouble());
    within(
        name + " trajectory grad_norm (relative)",
        normDiff,
        tolerance.get("grad_norm_rel").asDouble());
    within(name + " logits_after", logitDiff, tolerance.get("logits_abs").asDouble());
  }

  private static List<Trainable> allDecayed(CausalLm base) {
    return TrainableWeights.all(base.architecture()).stream()
        .map(each -> new Trainable(each.slot(), true))
        .toList();
  }

  private void within(String check, double difference, double tolerance) {
    sink.report("optimizers", check, difference, tolerance, difference <= tolerance);
  }
}
