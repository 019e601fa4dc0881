package org.tune4j.engine.model;

import java.util.Map;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.VirtualTokens.Kind;

/** Whether an adapter and what is trained go with a model. */
final class BindingCheck {
  private BindingCheck() {}

  /**
   * @param adapter null for none
   * @param trainables null for none
   * @throws IllegalArgumentException if the adapter has parameters that are not among the
   *     trainables, or a trainable does not fit the model
   */
  static void requireFit(CausalLm model, Adapter adapter, TrainableTensors trainables) {
    Map<String, TensorSlot> known =
        model.architecture().slots().stream()
            .collect(Collectors.toMap(TensorSlot::name, slot -> slot));
    if (adapter != null) {
      for (Trainable parameter : adapter.parameters()) {
        TensorSlot slot = parameter.slot();
        known.put(slot.name(), slot);
        if (trainables == null || !trainables.contains(slot)) {
          throw new IllegalArgumentException(
              "The adapter's parameter " + slot.name() + " is not among the trainables");
        }
      }
    }
    boolean prefixed =
        adapter != null && adapter.virtualTokens().filter(v -> v.kind() == Kind.PREFIX).isPresent();
    if (prefixed
        && !model.architecture().blocks().stream()
            .allMatch(block -> block.attention() instanceof MultiHeadAttention)) {
      throw new ConfigException(
          "prefix tuning: a %s caches latents, not keys and values that a prefix could stand before; wanted prompt tuning or P-tuning"
              .formatted(model.architecture().modelType()));
    }
    if (trainables == null) {
      return;
    }
    for (Trainable trainable : trainables.all()) {
      TensorSlot slot = trainable.slot();
      TensorSlot wanted = known.get(slot.name());
      boolean fits = wanted == null ? trainable.isOfLoss() : wanted.shape().equals(slot.shape());
      if (!fits) {
        throw new IllegalArgumentException(
            "The trainable "
                + slot.name()
                + slot.shape()
                + (wanted == null
                    ? " is neither of the model nor of the adapter"
                    : " must have the shape " + wanted.shape()));
      }
      if (trainables.compute(slot).dtype() != model.dtype(slot)) {
        throw new IllegalArgumentException(
            "The trainable "
                + trainables.compute(slot)
                + " "
                + slot.name()
                + " does not go with a model in "
                + model.dtype(slot));
      }
    }
  }
}
