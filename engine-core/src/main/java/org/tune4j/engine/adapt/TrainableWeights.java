package org.tune4j.engine.adapt;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.TensorScope;

/** A model's own weights as things to train. */
public final class TrainableWeights {
  private TrainableWeights() {}

  /**
   * Every weight of a model but its buffers. Norms and biases are not decayed, as in transformers'
   * Trainer.
   */
  public static List<Trainable> all(Architecture architecture) {
    Set<TensorSlot> buffers = Set.copyOf(architecture.buffers());
    return of(
        architecture,
        architecture.slots().stream().filter(slot -> !buffers.contains(slot)).toList());
  }

  /** Some weights of a model, in their order. */
  public static List<Trainable> of(Architecture architecture, List<TensorSlot> slots) {
    Set<String> undecayed = undecayed(architecture);
    Set<TensorSlot> matrices = Set.copyOf(architecture.blockMatrices());
    Map<TensorSlot, Integer> blocks = new HashMap<>();
    for (int i = 0; i < architecture.blocks().size(); i++) {
      for (TensorSlot slot : architecture.blocks().get(i).slots()) {
        blocks.put(slot, i);
      }
    }
    return slots.stream()
        .map(
            slot ->
                new Trainable(
                    slot,
                    !undecayed.contains(slot.name()),
                    matrices.contains(slot),
                    blocks.getOrDefault(slot, Trainable.NO_BLOCK),
                    1))
        .toList();
  }

  /**
   * Copies the model's values over the masters of those of its weights that are trained.
   *
   * @throws ConfigException if one of them is held in fewer bytes
   */
  public static void copyFrom(CausalLm model, TrainableTensors trainables) {
    for (TensorSlot slot : model.architecture().slots()) {
      if (trainables.contains(slot)) {
        if (model.isQuantised(slot)) {
          throw new ConfigException(
              "%s is held in %s and cannot be trained; train adapters on it, or load the model with plain weights"
                  .formatted(slot.name(), model.format().lowerName()));
        }
        trainables.set(slot, model.weight(slot));
      }
    }
  }

  /**
   * Gives up the model's own copies of those of its weights that are trained: it can then be
   * computed with only together with these.
   */
  public static void takeOver(CausalLm model, TrainableTensors trainables) {
    model.architecture().slots().stream().filter(trainables::contains).forEach(model::giveUp);
  }

  /**
   * Gives an adapter's own parameters their starting values.
   *
   * @param seed what these are a function of
   */
  public static void begin(Adapter adapter, TrainableTensors trainables, long seed) {
    for (Trainable parameter : adapter.parameters()) {
      try (TensorScope work = trainables.workScope()) {
        float[] values = adapter.initialValue(parameter.slot(), seed);
        trainables.set(parameter.slot(), work.floats(values, parameter.slot().sizes()));
      }
    }
  }

  private static Set<String> undecayed(Architecture architecture) {
    Stream<TensorSlot> norms =
        Stream.concat(
                architecture.blocks().stream().flatMap(block -> block.norms().stream()),
                Stream.concat(
                    architecture.finalNorm().stream(), architecture.embedding().norm().stream()))
            .flatMap(norm -> norm.slots().stream());
    Stream<LinearGroup> head =
        Stream.concat(
            architecture.head().dense().stream().map(LinearGroup::of),
            Stream.of(architecture.headGroup()));
    Stream<TensorSlot> biases =
        Stream.concat(architecture.blocks().stream().flatMap(b -> b.groups().stream()), head)
            .flatMap(group -> group.bias().stream());
    return Stream.concat(norms, biases).map(TensorSlot::name).collect(Collectors.toSet());
  }
}
