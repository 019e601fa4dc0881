package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
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

  /** The positions whose next token is labelled. */
  private static int[] labelled(long[] labels, int length) {
    return java.util.stream.IntStream.range(0, labels.length)
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
