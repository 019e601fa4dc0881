package org.tune4j.engine.model;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;

/** A head that a checkpoint lacks: matrices of a normal distribution, biases of zero. */
final class NewHead {
  private static final Logger LOG = LoggerFactory.getLogger(NewHead.class);

  /** transformers' {@code initializer_range} where a configuration does not give one. */
  private static final double DEVIATION = 0.02;

  private NewHead() {}

  /** The tensors of a model's head. */
  static List<TensorSlot> slots(Architecture architecture) {
    List<TensorSlot> slots = new ArrayList<>();
    architecture.head().dense().ifPresent(dense -> slots.addAll(LinearGroup.of(dense).slots()));
    slots.addAll(architecture.headGroup().slots());
    return slots;
  }

  /** Draws those of a model's tensors. */
  static void draw(CausalLm model, Set<TensorSlot> slots, long seed) {
    if (slots.isEmpty()) {
      return;
    }
    LOG.info(
        "The checkpoint lacks {}: drawn, to be trained",
        slots.stream().map(TensorSlot::name).sorted().collect(Collectors.joining(", ")));
    for (TensorSlot slot : slots) {
      if (slot.shape().size() == 2) {
        SplittableRandom random = new SplittableRandom(seed ^ slot.name().hashCode());
        TensorOps.fill(
            model.weight(slot),
            DType.FLOAT32,
            (offset, into) -> {
              FloatBuffer numbers = into.order(ByteOrder.nativeOrder()).asFloatBuffer();
              while (numbers.hasRemaining()) {
                numbers.put((float) (DEVIATION * random.nextGaussian()));
              }
              into.position(into.limit());
            });
      }
    }
  }
}
