package org.tune4j.engine.trainer;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.objective.WeightAnchor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * How a run holds what it trains near other weights.
 *
 * @param file of {@link WeightAnchor#write}; empty for where the run starts
 */
record HeldWeights(double lambda, Optional<Path> file) {
  /** Of the vectors that it keeps, in fp32. */
  long bytes(Adapter adapter) {
    long numbers =
        Stream.concat(adapter.parameters().stream(), adapter.trainedWeights().stream())
            .mapToLong(trainable -> trainable.slot().elements())
            .sum();
    return 4 * numbers * (file.isPresent() ? 2 : 1);
  }

  /** Before the run goes on from a checkpoint: its start is not where it was stopped. */
  WeightAnchor anchor(TrainableTensors weights, TensorScope parent) {
    return file.map(path -> WeightAnchor.read(path, weights, parent))
        .orElseGet(() -> WeightAnchor.here(weights, parent));
  }
}
