package org.tune4j.engine.trainer;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.objective.WeightAnchor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * How a run holds what it trains near other weights.
 *
 * @param file of {@link WeightAnchor#write}; empty for where the run starts
 */
record HeldWeights(double lambda, Optional<Path> file) {
  /**
   * Refuses a file that is of other tensors, before any weight is loaded.
   *
   * @throws org.tune4j.engine.ModelFormatException if it is
   */
  void requireOf(Adapter adapter) {
    file.ifPresent(path -> WeightAnchor.requireOf(path, trained(adapter)));
  }

  private static List<Trainable> trained(Adapter adapter) {
    return Stream.concat(adapter.parameters().stream(), adapter.trainedWeights().stream()).toList();
  }

  /** Of the vectors that it keeps, in fp32. */
  long bytes(Adapter adapter) {
    return 4 * Trainable.elements(trained(adapter)) * (file.isPresent() ? 2 : 1);
  }

  /** Before the run goes on from a checkpoint: its start is not where it was stopped. */
  WeightAnchor anchor(TrainableTensors weights, TensorScope parent) {
    return file.map(path -> WeightAnchor.read(path, weights, parent))
        .orElseGet(() -> WeightAnchor.here(weights, parent));
  }
}
