package org.tune4j.engine.adapt;

import java.util.List;
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
    return architecture.slots().stream()
        .filter(slot -> !buffers.contains(slot))
        .map(slot -> of(architecture, slot))
        .toList();
  }

  /** One weight of a model. */
  public static Trainable of(Architecture architecture, TensorSlot slot) {
    return new Trainable(
        slot,
        !undecayed(architecture).contains(slot.name()),
        architecture.blockMatrices().contains(slot),
        block(architecture, slot),
        1);
  }

  private static int block(Architecture architecture, TensorSlot slot) {
    for (int i = 0; i < architecture.blocks().size(); i++) {
      if (architecture.blocks().get(i).slots().contains(slot)) {
        return i;
      }
    }
    return Trainable.NO_BLOCK;
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
