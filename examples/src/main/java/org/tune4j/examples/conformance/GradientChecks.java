package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;

/** The gradients of all of a model's tensors beside reference values. */
final class GradientChecks {
  private final String name;
  private final CausalLm model;
  private final TrainableTensors trained;
  private final Golden tensors;
  private final double globalL2;

  /**
   * @param tensors whole gradients, {@code grad.NAME}, of some
   * @param globalL2 the norm over all reference gradients
   */
  GradientChecks(
      String name, CausalLm model, TrainableTensors trained, Golden tensors, double globalL2) {
    this.name = name;
    this.model = model;
    this.trained = trained;
    this.tensors = tensors;
    this.globalL2 = globalL2;
  }

  /**
   * Compares those that were added up last.
   *
   * @param gradients of a {@code golden.json}: tensor to norm, sum and first entries
   * @param whole whether the whole gradients are of the same loss
   */
  void compare(JsonNode gradients, boolean whole, String how, CheckSink sink) {
    gradients.fields().forEachRemaining(e -> compare(e.getKey(), e.getValue(), whole, how, sink));
  }

  private void compare(String tensor, JsonNode wanted, boolean whole, String how, CheckSink sink) {
    float[] gradient = gradient(tensor);
    String what = "gradient of " + tensor + how;
    if (gradient == null) {
      sink.report(name, what + " is missing", Double.NaN, 0, false);
      return;
    }
    double bound = tolerance(wanted);
    double sum = 0;
    for (float value : gradient) {
      sum += value;
    }
    double first8 = 0;
    for (int i = 0; i < wanted.path("first8").size(); i++) {
      first8 = Math.max(first8, Math.abs(gradient[i] - wanted.path("first8").get(i).asDouble()));
    }
    double l2 = l2Difference(gradient, new float[gradient.length]);
    within(sink, what + ", l2", Math.abs(l2 - wanted.path("l2").asDouble()), bound);
    double sumDifference = Math.abs(sum - wanted.path("sum").asDouble());
    within(sink, what + ", sum", sumDifference, Math.sqrt(gradient.length) * bound);
    within(sink, what + ", first8", first8, bound);
    if (whole && tensors.names().contains("grad." + tensor)) {
      double difference = l2Difference(gradient, tensors.floats("grad." + tensor));
      within(sink, what + ", l2 of the whole difference", difference, bound);
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

  /** How far a gradient may be from the reference, in norm. */
  double tolerance(JsonNode gradient) {
    return 20 * gradient.path("noise_l2").asDouble() + 1e-6 * globalL2;
  }

  static double l2Difference(float[] a, float[] b) {
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
}
