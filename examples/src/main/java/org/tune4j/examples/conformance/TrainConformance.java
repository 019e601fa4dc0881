package org.tune4j.examples.conformance;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainStep;
import org.tune4j.lora.PeftMerge;
import org.tune4j.lora.PeftModel;

/**
 * Checks {@code goldens/train}: trajectories of LoRA and full fine-tuning against PEFT and
 * transformers.
 */
final class TrainConformance {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TypeReference<Map<String, Object>> OPTIONS = new TypeReference<>() {};
  private final Path folder;
  private final String name;
  final JsonNode golden;
  private final CheckSink sink;

  private TrainConformance(Path folder, CheckSink sink) {
    this.folder = folder;
    this.sink = sink;
    try {
      this.golden = JSON.readTree(folder.resolve("case.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.name = golden.get("case").asText();
  }

  static void check(Path folder, CheckSink sink) {
    TrainConformance conformance = new TrainConformance(folder, sink);
    switch (conformance.name) {
      case "schedules" -> conformance.schedules();
      case "packing" -> {
        new PackingConformance().check(folder, sink);
        conformance.packedForward();
      }
      case "full_adamw", "full_accum" -> conformance.full();
      case "full_label_smoothing" -> {
        conformance.full();
        new ObjectiveConformance(folder, conformance.golden, sink).labelSmoothing();
      }
      case "distillation" ->
          new ObjectiveConformance(folder, conformance.golden, sink).distillation();
      case "ewc" -> new EwcConformance(folder, conformance.golden, sink).check();
      case "loss_scaler" -> new LossScalerConformance(conformance.golden, sink).check();
      case "optimizers" -> new OptimizerConformance(folder, conformance.golden, sink).check();
      default -> {
        if (PromptConformance.isOf(folder)) {
          new PromptConformance(folder, conformance).check();
        } else if (Files.exists(folder.resolve("adapter_init").resolve("adapter_config.json"))) {
          conformance.peft();
        } else {
          sink.report(conformance.name, "supported", Double.NaN, 0, false);
        }
      }
    }
  }

  private void schedules() {
    JsonNode h = golden.get("hyperparameters");
    golden
        .get("schedules")
        .fields()
        .forEachRemaining(
            e -> {
              Map<String, Object> options = JSON.convertValue(e.getValue().get("kwargs"), OPTIONS);
              Schedule schedule =
                  new Schedule(
                      Schedule.Type.valueOf(
                          e.getValue().get("name").asText().toUpperCase(Locale.ROOT)),
                      e.getValue().get("warmup").asLong(),
                      h.get("total").asLong(),
                      options);
              double worst = 0;
              JsonNode rates = e.getValue().get("lr");
              for (int k = 0; k < rates.size(); k++) {
                double wanted = rates.get(k).asDouble();
                double found = schedule.rate(k, h.get("lr").asDouble());
                double allowed = 1e-12 * Math.abs(wanted) + 1e-18;
                worst = Math.max(worst, Math.abs(found - wanted) / allowed);
              }
              sink.report(name, e.getKey() + " (share of tolerance)", worst, 1, worst <= 1);
            });
  }

  /** Documents in one flat batch must give what they give when each is alone. */
  private void packedForward() {
    try (CausalLm base = CausalLm.load(base(), DType.FLOAT32);
        BoundModel model = new BoundModel(base, null, null);
        Golden forward = Golden.open(folder.resolve("forward.safetensors"));
        TensorScope scope = TensorScope.open()) {
      Golden.Packed packed = forward.packed();
      Batch batch = Golden.flat(packed.documents(), packed.labels());
      double loss = new CausalLmObjective().loss(model, model.upload(batch, scope)).mean();
      JsonNode golden = this.golden.get("forward");
      within(
          "packed loss = unpacked loss",
          Math.abs(loss - golden.get("loss_unpacked").asDouble()),
          tolerance("loss_abs"));
      within(
          "packed logits",
          Golden.maxAbsDiff(Probe.logits(model, packed.documents()), packed.logits()),
          tolerance("logits_abs"));
    }
  }

  private void peft() {
    try (CausalLm base = CausalLm.load(base(), DType.FLOAT32);
        PeftModel adapted = PeftModel.load(base, folder.resolve("adapter_init"), this::asThePeer)) {
      probe("logits_before", adapted.model());
      train(base, adapted);
      probe("logits_after", adapted.model());
      compareAdapter(adapted);
      try (PeftMerge merged = PeftMerge.of(adapted)) {
        probe("logits_merged", merged.model());
        compareMerged(merged);
      }
      try (BoundModel bare = new BoundModel(base, null, null);
          CausalLm fresh = CausalLm.load(base(), DType.FLOAT32);
          BoundModel again = new BoundModel(fresh, null, null)) {
        double difference =
            Golden.maxAbsDiff(
                Probe.logits(bare, probeDocuments()), Probe.logits(again, probeDocuments()));
        sink.report(name, "base unchanged when disabled", difference, 0, difference == 0);
      }
    }
  }

  /** PEFT decays vectors too that by default are not. */
  private Trainable asThePeer(Trainable each) {
    Set<String> theirs = new HashSet<>();
    golden
        .path("weight_decay_applies_to")
        .forEach(name -> theirs.add(name.asText().replaceFirst("\\.default(\\.weight)?$", "")));
    List<String> names = each.slot().parts().stream().map(TensorSlot.Part::name).toList();
    boolean decayed =
        each.decayed()
            || names.stream()
                .anyMatch(name -> theirs.contains(name.replaceFirst("\\.weight$", "")));
    double ratio = golden.get("hyperparameters").path("loraplus_lr_ratio").asDouble(1);
    boolean fast = names.stream().anyMatch(name -> name.contains("lora_B"));
    return new Trainable(each.slot(), decayed, each.hidden(), each.block(), fast ? ratio : 1);
  }

  private void full() {
    try (CausalLm base = CausalLm.load(base(), DType.FLOAT32);
        TensorScope scope = TensorScope.open();
        TrainableTensors weights =
            new TrainableTensors(TrainableWeights.all(base.architecture()), base.dtype(), scope)) {
      TrainableWeights.copyFrom(base, weights);
      try (BoundModel model = new BoundModel(base, null, weights)) {
        train(base, model, weights);
        probe("logits_after", model);
        compareWeights(base, weights);
      }
    }
  }

  /** The file of rows. */
  Path batches() {
    return root().resolve(golden.get("batches").asText());
  }

  Path base() {
    return root().resolve(golden.get("base").asText());
  }

  /** The group's folder, which {@code base/} and {@code batches/} lie in. */
  private Path root() {
    return folder.toAbsolutePath().getParent();
  }

  private void train(CausalLm base, PeftModel adapted) {
    double smoothing = golden.get("hyperparameters").path("epsilon").asDouble(0);
    train(
        base,
        adapted.model(),
        adapted.weights(),
        adapted.objective(new CausalLmObjective(0, smoothing)),
        Golden::batch,
        plain -> adapted.optimizer(plain, base.scope()));
  }

  private void train(CausalLm base, BoundModel model, TrainableTensors weights) {
    double smoothing = golden.get("hyperparameters").path("epsilon").asDouble(0);
    train(base, model, weights, new CausalLmObjective(0, smoothing), Golden::batch);
  }

  /**
   * Trains and compares the course.
   *
   * @param rows a micro-batch by its number
   */
  void train(
      CausalLm base,
      BoundModel model,
      TrainableTensors weights,
      Objective objective,
      BiFunction<Golden, Integer, Batch> rows) {
    train(base, model, weights, objective, rows, UnaryOperator.identity());
  }

  private void train(
      CausalLm base,
      BoundModel model,
      TrainableTensors weights,
      Objective objective,
      BiFunction<Golden, Integer, Batch> rows,
      UnaryOperator<Optimizer> around) {
    JsonNode h = golden.get("hyperparameters");
    AdamW.Settings settings = Golden.adamW(h);
    JsonNode trajectory = golden.get("trajectory");
    int steps = trajectory.get("loss").size();
    Schedule schedule =
        new Schedule(
            Schedule.Type.valueOf(h.get("schedule").asText().toUpperCase(Locale.ROOT)),
            h.get("warmup").asLong(),
            steps,
            Map.of());
    double lossDiff = 0;
    double normDiff = 0;
    double rateDiff = 0;
    try (Golden batches = Golden.open(batches());
        Optimizer optimizer = around.apply(new AdamW(weights, settings, base.scope()))) {
      TrainStep step =
          new TrainStep(
              model,
              weights,
              objective,
              optimizer,
              Recompute.NONE,
              h.get("max_grad_norm").asDouble(),
              0);
      int accumulation = h.has("accum") ? h.get("accum").asInt() : 1;
      for (int k = 0; k < steps; k++) {
        List<Batch> micro = new ArrayList<>();
        for (int m = 0; m < accumulation; m++) {
          micro.add(rows.apply(batches, k * accumulation + m));
        }
        StepResult result =
            step.run(micro, k, schedule.rate(k, h.get("lr").asDouble()), Double.POSITIVE_INFINITY);
        lossDiff =
            Math.max(lossDiff, Math.abs(result.loss() - trajectory.get("loss").get(k).asDouble()));
        double norm = trajectory.get("grad_norm").get(k).asDouble();
        normDiff = Math.max(normDiff, Math.abs(result.gradNorm() - norm) / norm);
        rateDiff =
            Math.max(
                rateDiff, Math.abs(result.learningRate() - trajectory.get("lr").get(k).asDouble()));
      }
    }
    within("trajectory loss", lossDiff, tolerance("loss_abs"));
    within("trajectory grad_norm (relative)", normDiff, tolerance("grad_norm_rel"));
    within("trajectory lr", rateDiff, 1e-12);
  }

  private void compareAdapter(PeftModel adapted) {
    compareAdapter(saved -> adapted.save(saved, golden.get("base").asText()));
  }

  /** Compares what is saved with what the peer has saved. */
  void compareAdapter(Consumer<Path> save) {
    try {
      Path temporary = Files.createTempDirectory("tune4j-conformance");
      Path saved = temporary.resolve("adapter");
      try {
        save.accept(saved);
        compareFiles(saved.resolve("adapter_model.safetensors"));
      } finally {
        if (Files.isDirectory(saved)) {
          try (Stream<Path> files = Files.list(saved)) {
            for (Path file : files.toList()) {
              Files.delete(file);
            }
          }
        }
        Files.deleteIfExists(saved);
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void compareFiles(Path file) {
    try (Golden ours = Golden.open(file);
        Golden theirs =
            Golden.open(folder.resolve("adapter_final").resolve("adapter_model.safetensors"))) {
      boolean names = ours.names().equals(theirs.names());
      sink.report(name, "adapter file: tensor names", names ? 0 : 1, 0, names);
      double worst = 0;
      for (String tensor : theirs.names()) {
        worst = Math.max(worst, Golden.maxAbsDiff(ours.floats(tensor), theirs.floats(tensor)));
      }
      within("adapter_final", worst, tolerance("weights_abs"));
    }
  }

  private void compareMerged(PeftMerge merged) {
    Path file = folder.resolve("merged_changed_weights.safetensors");
    if (!Files.exists(file)) {
      return;
    }
    double worst = 0;
    try (Golden theirs = Golden.open(file)) {
      for (TensorSlot slot : merged.base().architecture().slots()) {
        for (TensorSlot.Part part : slot.parts()) {
          if (theirs.names().contains(part.name())) {
            worst =
                Math.max(
                    worst,
                    Golden.maxAbsDiff(
                        Golden.floats(merged.weight(slot), part), theirs.floats(part.name())));
          }
        }
      }
    }
    within("merged weights", worst, tolerance("weights_abs"));
  }

  private void compareWeights(CausalLm base, TrainableTensors weights) {
    Path file = folder.resolve("final_weights.safetensors");
    if (!Files.exists(file)) {
      return;
    }
    double worst = 0;
    try (Golden theirs = Golden.open(file)) {
      for (TensorSlot slot : base.architecture().slots()) {
        for (TensorSlot.Part part : slot.parts()) {
          worst =
              Math.max(
                  worst,
                  Golden.maxAbsDiff(
                      Golden.floats(weights.master(slot), part), theirs.floats(part.name())));
        }
      }
    }
    within("final weights", worst, tolerance("weights_abs"));
  }

  void probe(String which, BoundModel model) {
    Path file = folder.resolve("probe_logits.safetensors");
    if (!Files.exists(file)) {
      return;
    }
    try (Golden theirs = Golden.open(file)) {
      if (!theirs.names().contains(which)) {
        return;
      }
      List<int[]> documents = probeDocuments();
      float[] wanted = theirs.realPositions(which, documents);
      within(
          which,
          Golden.maxAbsDiff(Probe.logits(model, documents), wanted),
          tolerance("logits_abs"));
    }
  }

  List<int[]> probeDocuments() {
    Path batches = batches();
    if (!batches.getParent().getFileName().toString().equals("batches")) {
      batches = root().resolve("batches").resolve(base().getFileName() + ".safetensors");
    }
    try (Golden file = Golden.open(batches)) {
      return file.documents("probe_input_ids", "probe_attention_mask");
    }
  }

  double tolerance(String key) {
    return golden.get("tolerance").path(key).asDouble(1e-4);
  }

  void within(String check, double difference, double tolerance) {
    sink.report(name, check, difference, tolerance, difference <= tolerance);
  }
}
