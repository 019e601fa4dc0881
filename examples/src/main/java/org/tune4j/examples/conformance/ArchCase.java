package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A checkpoint, all of it trained, beside the reference values of its model. */
final class ArchCase implements AutoCloseable {
  private static final double LOSS = 1e-5;
  private final String name;
  private final JsonNode golden;
  private final Golden tensors;
  private final List<int[]> documents;
  private final Batch batch;
  private final CausalLm model;
  private final TrainableTensors trained;
  private final BoundModel bound;

  ArchCase(String name, Path checkpoint, JsonNode golden, Golden tensors) {
    this.name = name;
    this.golden = golden;
    this.tensors = tensors;
    this.documents = tensors.documents("input_ids", "attention_mask");
    this.batch = tensors.batch(0);
    this.model = CausalLm.load(checkpoint, DType.FLOAT32);
    this.trained =
        new TrainableTensors(
            TrainableWeights.all(model.architecture()), model.dtype(), model.scope());
    TrainableWeights.copyFrom(model, trained);
    this.bound = new BoundModel(model, null, trained);
  }

  void compareGenerations(CheckSink sink) {
    GenerationConformance.check(golden, bound, name, sink);
  }

  void compareLogits(CheckSink sink) {
    double difference =
        Golden.maxAbsDiff(
            Probe.logits(bound, documents), tensors.realPositions("logits", documents));
    within(sink, "logits", difference, logitsTolerance());
  }

  /** Documents of one batch do not see each other: each alone gives the same. */
  void compareDocumentsAlone(CheckSink sink) {
    float[] together = Probe.logits(bound, documents);
    float[] alone = new float[together.length];
    int at = 0;
    for (int[] document : documents) {
      float[] part = Probe.logits(bound, List.of(document));
      System.arraycopy(part, 0, alone, at, part.length);
      at += part.length;
    }
    double difference = Golden.maxAbsDiff(together, alone);
    within(sink, "logits of each document alone", difference, logitsTolerance());

    lossAndGradients(List.of(batch), Recompute.NONE);
    float[] gradients = trained.flatGradient().toFloats();
    LossSum loss = lossAndGradients(batches(), Recompute.NONE);
    float[] sum = trained.flatGradient().toFloats();
    double bound = 0;
    for (JsonNode gradient : golden.path("grads")) {
      bound = Math.hypot(bound, tolerance(gradient));
    }
    within(sink, "gradients of each document alone, added up", l2Difference(gradients, sum), bound);
    within(sink, "loss_mean of each document alone", lossDifference(loss), LOSS);
  }

  /** Each document as a batch of its own. */
  private List<Batch> batches() {
    long[] labels = tensors.longs("labels");
    int length = labels.length / documents.size();
    List<Batch> batches = new ArrayList<>();
    for (int row = 0; row < documents.size(); row++) {
      int[] document = documents.get(row);
      int first = row * length;
      int[] own = IntStream.range(0, document.length).map(t -> (int) labels[first + t]).toArray();
      batches.add(Golden.flat(List.of(document), List.of(own)));
    }
    return batches;
  }

  void compareGradients(CheckSink sink) {
    for (Recompute recompute : Recompute.values()) {
      String how = ", recompute " + recompute.name().toLowerCase(Locale.ROOT);
      LossSum loss = lossAndGradients(List.of(batch), recompute);
      within(sink, "loss_mean" + how, lossDifference(loss), LOSS);
      double labels = golden.path("num_label_tokens").asDouble();
      double sum = Math.abs(loss.sum() - golden.path("loss_sum").asDouble());
      within(sink, "loss_sum" + how, sum, LOSS * labels);
      within(sink, "num_label_tokens" + how, Math.abs(loss.weight() - labels), 0);
      golden
          .path("grads")
          .fields()
          .forEachRemaining(e -> compareGradient(sink, e.getKey(), e.getValue(), how));
    }
  }

  private void compareGradient(CheckSink sink, String tensor, JsonNode wanted, String how) {
    float[] gradient = gradient(tensor);
    if (gradient == null) {
      sink.report(name, "gradient of " + tensor + how + " is missing", Double.NaN, 0, false);
      return;
    }
    double bound = tolerance(wanted);
    double l2 = l2Difference(gradient, new float[gradient.length]);
    double sum = 0;
    for (float value : gradient) {
      sum += value;
    }
    double first8 = 0;
    for (int i = 0; i < wanted.path("first8").size(); i++) {
      first8 = Math.max(first8, Math.abs(gradient[i] - wanted.path("first8").get(i).asDouble()));
    }
    String what = "gradient of " + tensor + how;
    within(sink, what + ", l2", Math.abs(l2 - wanted.path("l2").asDouble()), bound);
    double sumDifference = Math.abs(sum - wanted.path("sum").asDouble());
    within(sink, what + ", sum", sumDifference, Math.sqrt(gradient.length) * bound);
    within(sink, what + ", first8", first8, bound);
    if (tensors.names().contains("grad." + tensor)) {
      double whole = l2Difference(gradient, tensors.floats("grad." + tensor));
      within(sink, what + ", l2 of the whole difference", whole, bound);
    }
  }

  /** The gradient of a tensor of the checkpoint; null when the model has no such tensor. */
  private float[] gradient(String tensor) {
    for (TensorSlot slot : model.architecture().slots()) {
      for (TensorSlot.Part part : slot.parts()) {
        if (part.name().equals(tensor)) {
          return Golden.floats(trained.gradient(slot), part);
        }
      }
    }
    return null;
  }

  private LossSum lossAndGradients(List<Batch> batches, Recompute recompute) {
    LossSum sum = LossSum.NONE;
    try (TensorScope work = TensorScope.open()) {
      Tensor gradient = trained.flatGradient();
      TensorOps.copy(gradient, TensorOps.zeros(work, gradient.dtype(), gradient.shape()));
      for (Batch part : batches) {
        sum =
            sum.plus(
                new CausalLmObjective()
                    .lossAndGradients(
                        bound,
                        bound.upload(part, work),
                        1.0 / batch.labelCount(),
                        recompute,
                        null));
      }
    }
    return sum;
  }

  private double lossDifference(LossSum loss) {
    return Math.abs(loss.mean() - golden.path("loss_mean").asDouble());
  }

  private double logitsTolerance() {
    return Math.max(1e-5, 10 * golden.at("/fp32_noise/logits_max_abs_diff").asDouble());
  }

  private double tolerance(JsonNode gradient) {
    return 20 * gradient.path("noise_l2").asDouble()
        + 1e-6 * golden.path("grad_global_l2").asDouble();
  }

  private static double l2Difference(float[] a, float[] b) {
    if (a.length != b.length) {
      return Double.POSITIVE_INFINITY;
    }
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += Math.pow((double) a[i] - b[i], 2);
    }
    return Math.sqrt(sum);
  }

  private void within(CheckSink sink, String check, double difference, double tolerance) {
    sink.report(name, check, difference, tolerance, difference <= tolerance);
  }

  @Override
  public void close() {
    bound.close();
    trained.close();
    model.close();
  }
}
