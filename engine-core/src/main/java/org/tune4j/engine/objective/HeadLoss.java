package org.tune4j.engine.objective;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.HeadTask;

/** How far a task head's scores are from what is wanted of them. */
public sealed interface HeadLoss {
  /** What transformers learns a task by. */
  static HeadLoss of(HeadTask task) {
    if (task instanceof HeadTask.MultiLabel) {
      return new BinaryCrossEntropy();
    }
    return task instanceof HeadTask.Regression ? new SquaredError() : CrossEntropy.PLAIN;
  }

  /**
   * Cross entropy of one label in nats. A step's loss is its sum over the sum of the labels'
   * weights, as torch's {@code CrossEntropyLoss(weight=…)} has it. With gamma it is the focal loss
   * (Lin et al., 2017), {@code -weight (1 - p)^gamma log p}, over the same sum.
   *
   * @param weights {@code [labels]}, none negative; empty where all weigh 1
   * @param gamma how much less is learned of what is told well already; 0 for cross entropy
   */
  record CrossEntropy(List<Double> weights, double gamma) implements HeadLoss {
    /** All labels weigh the same. */
    public static final CrossEntropy PLAIN = new CrossEntropy(List.of(), 0);

    public CrossEntropy {
      weights = List.copyOf(weights);
      if (weights.stream().anyMatch(weight -> !(weight >= 0 && Double.isFinite(weight)))
          || !weights.isEmpty() && weights.stream().allMatch(weight -> weight == 0)) {
        throw new ConfigException(
            "label weights " + weights + ": wanted are numbers from 0 on, at least one above");
      }
      if (!(gamma >= 0 && Double.isFinite(gamma))) {
        throw new ConfigException("focal gamma " + gamma + ": must be at least 0");
      }
    }

    double weight(int label) {
      if (!weights.isEmpty() && label >= weights.size()) {
        throw new ConfigException("label " + label + " and only " + weights.size() + " weights");
      }
      return weights.isEmpty() ? 1 : weights.get(label);
    }
  }

  /**
   * Of many labels the mean of each one's binary cross entropy in nats: torch's {@code
   * BCEWithLogitsLoss}, transformers' {@code multi_label_classification}.
   */
  record BinaryCrossEntropy() implements HeadLoss {}

  /** Of a number its squared distance: transformers' {@code regression} of one output. */
  record SquaredError() implements HeadLoss {}
}
