package org.tune4j.engine.model;

import java.util.List;

/** A half of a transformer block, or a part of one: what an adapter and a checkpoint find in it. */
public interface BlockPart {
  /** Its normalisations, in the order of use. */
  List<NormSpec> norms();

  /** The linear groups where an adapter can join, in the order of use. */
  List<LinearGroup> groups();

  /** Its tensors, in the order of use. */
  List<TensorSlot> slots();

  /** Those of its tensors that are never trained, and held in at least fp32. */
  default List<TensorSlot> buffers() {
    return List.of();
  }

  /** How many weights a token is multiplied with. */
  default long weightsPerToken() {
    return groups().stream().mapToLong(group -> (long) group.inputs() * group.outputs()).sum();
  }
}
