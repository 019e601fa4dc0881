package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.objective.Distillation;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Checks the losses of {@code goldens/train} on given scores, against transformers and TRL. */
final class ObjectiveConformance {
  private static final String KERNELS = "/org/tune4j/engine/kernels";

  private final Path folder;
  private final JsonNode golden;
  private final CheckSink sink;

  ObjectiveConformance(Path folder, JsonNode golden, CheckSink sink) {
    this.folder = folder;
    this.golden = golden;
    this.sink = sink;
  }

  /** Loss and gradient of given scores; position t of the scores is of label t + 1. */
  void labelSmoothing() {
    String root =
        """
          def f(self: __torch__.Root, z: Tensor, y: Tensor, w: Tensor, e: Tensor) -> List[Tensor]:
            (loss, gz) = __torch__.cross_entropy.forward_backward(z, y, w, float(e))
            return [loss, gz]
        """;
    try (Golden unit = Golden.open(folder.resolve("unit.safetensors"));
        KernelModule kernel =
            KernelModule.load(
                "label_smoothing",
                KernelSources.read(ObjectiveConformance.class, KERNELS, "cross_entropy"),
                root);
        TensorScope scope = TensorScope.open()) {
      long[] shape = unit.shape("logits");
      int length = (int) shape[1];
      int vocabulary = (int) shape[2];
      long[] labels = unit.longs("labels");
      int[] rows = labelled(labels, length);
      float[] weights = new float[rows.length];
      Arrays.fill(weights, 1f / rows.length);
      List<Tensor> out =
          kernel.call(
              scope,
              "f",
              scope.floats(rows(unit.floats("logits"), rows, vocabulary), rows.length, vocabulary),
              scope.longs(Arrays.stream(rows).mapToLong(row -> labels[row + 1]).toArray()),
              scope.floats(weights),
              scope.doubles(
                  new double[] {golden.get("hyperparameters").get("epsilon").asDouble()}));
      within(
          "unit loss",
          Math.abs(mean(out.get(0).toFloats()) - golden.get("unit").get("loss").asDouble()),
          golden.get("tolerance").get("loss_abs").asDouble());
      within(
          "unit gradient",
          Golden.maxAbsDiff(
              out.get(1).toFloats(), rows(unit.floats("grad_logits"), rows, vocabulary)),
          1e-7);
    }
  }

  /** Losses and gradients of given scores; position t of the scores is of label t. */
  void distillation() {
    String root =
        """
          def f(self: __torch__.Root, z: Tensor, t: Tensor, y: Tensor, w: Tensor, s: Tensor) -> List[Tensor]:
            return __torch__.distillation.combined(z, [t], y, w, s)
        """;
    JsonNode h = golden.get("hyperparameters");
    double temperature = h.get("temperature").asDouble();
    double beta = h.get("beta").asDouble();
    try (Golden tensors = Golden.open(folder.resolve("tensors.safetensors"));
        KernelModule kernel =
            KernelModule.load(
                "distillation",
                KernelSources.read(
                    ObjectiveConformance.class, KERNELS, "distillation", "cross_entropy"),
                root)) {
      Unit unit = new Unit(tensors, kernel);
      unit.check(
          "hinton_forward_kl", Distillation.forwardKl(temperature, h.get("alpha").asDouble()));
      unit.check("reverse_kl_T2_scaled", Distillation.reverseKl(temperature, 1));
      unit.check("gkd_beta_0", Distillation.gkd(0, 1));
      unit.check("gkd_beta_1", Distillation.gkd(1, 1));
      unit.check("gkd_jsd", Distillation.gkd(beta, 1));
      unit.check("gkd_jsd_temperature", Distillation.gkd(beta, temperature));
      unit.check("gkd_beta_0_temperature", Distillation.gkd(0, temperature));
      unit.check("gkd_jsd_beta_0.1", Distillation.gkd(0.1, 1));
      unit.check("gkd_jsd_num_items", Distillation.gkd(beta, 1));
    }
  }

  /** Scores of both models and labels. */
  private final class Unit {
    private final Golden tensors;
    private final KernelModule kernel;
    private final int vocabulary;
    private final int[] rows;
    private final long[] labels;

    Unit(Golden tensors, KernelModule kernel) {
      this.tensors = tensors;
      this.kernel = kernel;
      this.vocabulary = (int) tensors.shape("student_logits")[2];
      this.labels = tensors.longs("labels");
      this.rows = IntStream.range(0, labels.length).filter(at -> labels[at] >= 0).toArray();
    }

    void check(String name, Distillation how) {
      double wanted = golden.get("values").get(name).get("loss").asDouble();
      try (TensorScope scope = TensorScope.open()) {
        double[] settings = {
          how.beta(),
          how.temperature(),
          how.alpha(),
          how.scaled() ? how.temperature() * how.temperature() : 1
        };
        double[] ones = new double[rows.length];
        Arrays.fill(ones, 1);
        List<Tensor> out =
            kernel.call(
                scope,
                "f",
                scores("student_logits", scope),
                scores("teacher_logits", scope),
                scope.longs(Arrays.stream(rows).mapToLong(row -> labels[row]).toArray()),
                scope.doubles(ones),
                scope.doubles(settings));
        double sum = mean(out.get(0).toFloats()) * rows.length;
        // How many items a whole step had is not in the file, but is a whole number.
        double items = name.endsWith("num_items") ? Math.rint(sum / wanted) : rows.length;
        JsonNode tolerance = golden.get("tolerance");
        within(
            name + " loss", Math.abs(sum / items - wanted), tolerance.get("loss_abs").asDouble());
        float[] gradient = out.get(1).toFloats();
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] /= (float) items;
        }
        within(
            name + " gradient",
            Golden.maxAbsDiff(
                gradient,
                ObjectiveConformance.rows(tensors.floats("grad/" + name), rows, vocabulary)),
            tolerance.get("grad_abs").asDouble());
      }
    }

    private Tensor scores(String name, TensorScope scope) {
      return scope.floats(
          ObjectiveConformance.rows(tensors.floats(name), rows, vocabulary),
          rows.length,
          vocabulary);
    }
  }

  /** The positions whose next token is labelled. */
  private static int[] labelled(long[] labels, int length) {
    return IntStream.range(0, labels.length)
        .filter(at -> at % length < length - 1 && labels[at + 1] >= 0)
        .toArray();
  }

  private static float[] rows(float[] all, int[] rows, int width) {
    float[] some = new float[rows.length * width];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(all, rows[i] * width, some, i * width, width);
    }
    return some;
  }

  private static double mean(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  private void within(String check, double difference, double tolerance) {
    sink.report(golden.get("case").asText(), check, difference, tolerance, difference <= tolerance);
  }
}
