package org.tune4j.full;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.SiteKernel;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.TensorSlot;

/**
 * Full fine-tuning in the terms of an adapter: it joins nothing, and the model's own weights are
 * trained along, all that are not frozen.
 */
record AllWeights(List<Trainable> trainedWeights) implements Adapter {
  AllWeights(Architecture architecture, Freezing freezing, LearningRates rates) {
    this(rates.of(architecture, freezing.trained(architecture)));
  }

  @Override
  public boolean isFullTraining() {
    return true;
  }

  @Override
  public Optional<SiteKernel> at(LinearGroup group) {
    return Optional.empty();
  }

  @Override
  public Optional<SiteKernel> atEmbedding() {
    return Optional.empty();
  }

  @Override
  public Map<String, String> kernelSources() {
    return Map.of();
  }

  @Override
  public List<Trainable> parameters() {
    return List.of();
  }

  @Override
  public float[] initialValue(TensorSlot parameter, long seed) {
    throw new IllegalArgumentException("There is no parameter " + parameter.name());
  }
}
