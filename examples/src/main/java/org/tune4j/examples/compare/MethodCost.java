package org.tune4j.examples.compare;

import java.util.SortedMap;

/**
 * What a method costs.
 *
 * @param learningRate that it was trained with; 0 of what is not trained
 * @param searched the validation loss of each rate that was tried, in nats a token; infinite where
 *     it diverged
 * @param trained numbers that are trained
 * @param parameters of the base
 * @param tokensPerSecond that are learned of, without the first updates, which warm the JVM; 0 of
 *     what is not trained
 * @param peakBytes the most that was resident until the first run's end, in a process of its own;
 *     of what is not trained when it was loaded; 0 where the system does not tell
 * @param fileBytes of the tensors that are saved; 0 of what is not trained
 */
record MethodCost(
    double learningRate,
    SortedMap<Double, Double> searched,
    long trained,
    long parameters,
    double tokensPerSecond,
    long peakBytes,
    long fileBytes) {
  /** What is trained, by the base's parameters. */
  double share() {
    return (double) trained / parameters;
  }
}
