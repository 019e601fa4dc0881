package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ClassificationHead;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.ForwardActivations;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.HeadLoss;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.objective.SequenceClassification;
import org.tune4j.engine.objective.TokenClassification;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A checkpoint whose head classifies or gives a value, all of it trained, beside the reference
 * values of its model: first with losses and their gradients with respect to the scores taken here,
 * in fp64, then with those of training.
 */
final class HeadCase implements AutoCloseable {
  private static final double LOSS = 1e-5;
  private final String name;
  private final JsonNode golden;
  private final Golden tensors;
  private final CausalLm model;
  private final TrainableTensors trained;
  private final BoundModel bound;
  private final ClassificationHead head;
  private final Batch batch;
  private final int[] segments;
  private final int[] rows;

  HeadCase(String name, Path checkpoint, JsonNode golden, Golden tensors) {
    this.name = name;
    this.golden = golden;
    this.tensors = tensors;
    this.model = CausalLm.load(checkpoint, DType.FLOAT32);
    this.trained =
        new TrainableTensors(
            TrainableWeights.all(model.architecture()), model.dtype(), model.scope());
    TrainableWeights.copyFrom(model, trained);
    this.bound = new BoundModel(model, null, trained);
    this.head = (ClassificationHead) model.architecture().head();
    List<int[]> documents = tensors.documents("input_ids", "attention_mask");
    List<int[]> types =
        tensors.names().contains("token_type_ids")
            ? tensors.documents("token_type_ids", "attention_mask")
            : documents.stream().map(document -> new int[document.length]).toList();
    this.batch = Golden.flat(documents, documents.stream().map(HeadCase::unlabelled).toList());
    this.segments =
        Arrays.stream(batch.exampleIds())
            .mapToObj(id -> types.get((int) id))
            .flatMapToInt(Arrays::stream)
            .toArray();
    this.rows = rows(documents);
  }

  private static int[] unlabelled(int[] document) {
    return IntStream.generate(() -> -100).limit(document.length).toArray();
  }

  /** The places in the batch that are judged, documents in the golden's order. */
  private int[] rows(List<int[]> documents) {
    int[] first = new int[documents.size()];
    int at = 0;
    for (int d = 0; d < documents.size(); d++) {
      first[(int) batch.exampleIds()[d]] = at;
      at += batch.sequenceLengths()[d];
    }
    List<Integer> judged = new ArrayList<>();
    for (int d = 0; d < documents.size(); d++) {
      int length = documents.get(d).length;
      switch (head.reads()) {
        case FIRST -> judged.add(first[d]);
        case LAST -> judged.add(first[d] + length - 1);
        case EACH -> {
          for (int t = 0; t < length; t++) {
            judged.add(first[d] + t);
          }
        }
      }
    }
    return judged.stream().mapToInt(Integer::intValue).toArray();
  }

  void compare(CheckSink sink) {
    double[] wanted = golden(head.reads() == Reads.EACH);
    for (Recompute recompute : Recompute.values()) {
      String how = ", recompute " + recompute.name().toLowerCase(Locale.ROOT);
      double[] logits = new double[wanted.length];
      Loss loss = golden.path("task").asText().equals("reward") ? squares() : crossEntropy();
      double found = run(loss, recompute, logits);
      double worst = 0;
      for (int i = 0; i < wanted.length; i++) {
        worst = Math.max(worst, Math.abs(wanted[i] - logits[i]));
      }
      double noise = golden.at("/fp32_noise/logits_max_abs_diff").asDouble();
      within(sink, "logits" + how, worst, Math.max(1e-5, 10 * noise));
      double difference = Math.abs(found - golden.path("loss_mean").asDouble());
      within(sink, "loss_mean" + how, difference, LOSS);
      double global = golden.path("grad_global_l2").asDouble();
      checks(global).compare(golden.path("grads"), true, how, sink);
      float[] before = trained.flatGradient().toFloats();
      double learned = learn(recompute);
      double objective = Math.abs(learned - golden.path("loss_mean").asDouble());
      within(sink, "loss_mean of the objective" + how, objective, LOSS);
      double l2 = GradientChecks.l2Difference(before, trained.flatGradient().toFloats());
      within(sink, "gradients of the objective" + how, l2, 1e-5 * global);
      JsonNode pairs = golden.path("pairwise");
      if (!pairs.isMissingNode()) {
        double pairwise = run(HeadCase::pairwise, recompute, logits);
        double pairDifference = Math.abs(pairwise - pairs.path("loss_mean").asDouble());
        within(sink, "pairwise loss_mean" + how, pairDifference, LOSS);
        ObjectNode gradients = pairs.path("grads").deepCopy();
        double pairGlobal = globalL2(gradients);
        gradients
            .fields()
            .forEachRemaining(e -> addNoise(e.getKey(), e.getValue(), pairGlobal / global));
        checks(pairGlobal).compare(gradients, false, " of the pairwise loss" + how, sink);
      }
    }
  }

  private static double globalL2(JsonNode gradients) {
    double square = 0;
    for (JsonNode gradient : gradients) {
      square += Math.pow(gradient.path("l2").asDouble(), 2);
    }
    return Math.sqrt(square);
  }

  /** The golden has none of its own: that of the other loss, in proportion. */
  private void addNoise(String tensor, JsonNode gradient, double ratio) {
    double noise = golden.path("grads").path(tensor).path("noise_l2").asDouble();
    ((ObjectNode) gradient).put("noise_l2", noise * ratio);
  }

  /** The same loss and gradients as training takes them. */
  private double learn(Recompute recompute) {
    HeadObjective objective = objective();
    Batch labelled = Batch.of(labelled());
    double weight = objective.weight(labelled);
    try (TensorScope work = TensorScope.open()) {
      Tensor sum = trained.flatGradient();
      TensorOps.copy(sum, TensorOps.zeros(work, sum.dtype(), sum.shape()));
      BatchTensors tensors = bound.upload(labelled, segments, work);
      return objective.lossAndGradients(bound, tensors, 1 / weight, recompute, null).sum() / weight;
    }
  }

  private HeadObjective objective() {
    boolean values = golden.path("task").asText().equals("reward");
    HeadLoss loss = values ? new HeadLoss.SquaredError() : HeadLoss.CrossEntropy.PLAIN;
    return head.reads() == Reads.EACH
        ? new TokenClassification(HeadLoss.CrossEntropy.PLAIN)
        : new SequenceClassification(head.reads(), loss);
  }

  private List<EncodedExample> labelled() {
    List<int[]> documents = tensors.documents("input_ids", "attention_mask");
    boolean values = golden.path("task").asText().equals("reward");
    List<EncodedExample> examples = new ArrayList<>();
    int at = 0;
    for (int d = 0; d < documents.size(); d++) {
      int length = documents.get(d).length;
      Target target;
      if (head.reads() == Reads.EACH) {
        target = new Target.TokenLabels(Arrays.copyOfRange(targets(), at, at + length));
      } else {
        target =
            values
                ? new Target.Number(tensors.floats("labels")[d])
                : new Target.OneLabel(targets()[d]);
      }
      at += length;
      examples.add(EncodedExample.of(d, "golden row " + d, documents.get(d), target));
    }
    return examples;
  }

  private GradientChecks checks(double global) {
    return new GradientChecks(name, model, trained, tensors, global);
  }

  /** The golden's logits, of each token where each is judged. */
  private double[] golden(boolean each) {
    float[] logits =
        each
            ? tensors.realPositions("logits", tensors.documents("input_ids", "attention_mask"))
            : tensors.floats("logits");
    return IntStream.range(0, logits.length).mapToDouble(i -> logits[i]).toArray();
  }

  /** From scores to a loss, and its gradient written in their place. */
  @FunctionalInterface
  private interface Loss {
    double of(double[] scores, double[] gradient);
  }

  private double run(Loss loss, Recompute recompute, double[] logits) {
    try (TensorScope work = TensorScope.open()) {
      Tensor sum = trained.flatGradient();
      TensorOps.copy(sum, TensorOps.zeros(work, sum.dtype(), sum.shape()));
      ForwardActivations activations =
          bound.forward(bound.upload(batch, segments, work), recompute, null, work);
      Tensor hidden = activations.hidden();
      Tensor at = work.longs(rows);
      float[] scores = bound.output().logits(hidden, at, work).toFloats();
      Arrays.setAll(logits, i -> scores[i]);
      double[] gradient = new double[scores.length];
      double value = loss.of(logits, gradient);
      float[] floats = new float[gradient.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = (float) gradient[i];
      }
      Tensor hiddenGradient = TensorOps.zeros(work, hidden.dtype(), hidden.shape());
      bound
          .output()
          .logitsBackward(
              hidden,
              at,
              work.floats(floats, rows.length, head.labels().size()),
              hiddenGradient,
              null);
      bound.backward(activations, hiddenGradient);
      return value;
    }
  }

  private Loss crossEntropy() {
    int labels = head.labels().size();
    int[] targets = targets();
    long judged = Arrays.stream(targets).filter(target -> target >= 0).count();
    return (scores, gradient) -> {
      double loss = 0;
      for (int row = 0; row < targets.length; row++) {
        if (targets[row] < 0) {
          continue;
        }
        int from = row * labels;
        double sum = 0;
        for (int i = 0; i < labels; i++) {
          sum += Math.exp(scores[from + i]);
        }
        loss += Math.log(sum) - scores[from + targets[row]];
        for (int i = 0; i < labels; i++) {
          gradient[from + i] = Math.exp(scores[from + i]) / sum / judged;
        }
        gradient[from + targets[row]] -= 1.0 / judged;
      }
      return loss / judged;
    };
  }

  /** Labels of the places that are judged. */
  private int[] targets() {
    long[] labels = tensors.longs("labels");
    if (head.reads() != Reads.EACH) {
      return Arrays.stream(labels).mapToInt(label -> (int) label).toArray();
    }
    List<int[]> documents = tensors.documents("input_ids", "attention_mask");
    int length = labels.length / documents.size();
    return IntStream.range(0, documents.size())
        .flatMap(
            d -> IntStream.range(0, documents.get(d).length).map(t -> (int) labels[d * length + t]))
        .toArray();
  }

  private Loss squares() {
    float[] wanted = tensors.floats("labels");
    return (scores, gradient) -> {
      double loss = 0;
      for (int i = 0; i < wanted.length; i++) {
        double difference = scores[i] - wanted[i];
        loss += difference * difference / wanted.length;
        gradient[i] = 2 * difference / wanted.length;
      }
      return loss;
    };
  }

  /** Rows are chosen, rejected, chosen, rejected, and so on. */
  private static double pairwise(double[] rewards, double[] gradient) {
    double loss = 0;
    int pairs = rewards.length / 2;
    for (int i = 0; i < rewards.length; i += 2) {
      double margin = rewards[i] - rewards[i + 1];
      loss += Math.log1p(Math.exp(-margin)) / pairs;
      gradient[i] = -1 / (1 + Math.exp(margin)) / pairs;
      gradient[i + 1] = -gradient[i];
    }
    return loss;
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
