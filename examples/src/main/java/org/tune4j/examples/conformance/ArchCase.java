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
  private final GradientChecks gradientChecks;

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
    this.gradientChecks =
        new GradientChecks(name, model, trained, tensors, golden.path("grad_global_l2").asDouble());
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
      bound = Math.hypot(bound, gradientChecks.tolerance(gradient));
    }
    within(
        sink,
        "gradients of each document alone, added up",
        GradientChecks.l2Difference(gradients, sum),
        bound);
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
      gradientChecks.compare(golden.path("grads"), true, how, sink);
    }
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
