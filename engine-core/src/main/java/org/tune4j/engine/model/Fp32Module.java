package org.tune4j.engine.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Parts of a model that can be kept in fp32 where the rest computes in bf16 or fp16: their weights
 * are held and, when trained, computed with in fp32.
 */
public enum Fp32Module {
  /**
   * All norms. They compute in fp32 whatever their weights are held in; what they give is rounded.
   */
  NORM {
    @Override
    List<TensorSlot> slots(Architecture model) {
      return Stream.of(
              model.embedding().norm().stream(),
              model.blocks().stream().flatMap(block -> block.norms().stream()),
              model.finalNorm().stream())
          .flatMap(norms -> norms)
          .flatMap(norm -> norm.slots().stream())
          .toList();
    }
  },

  /** The routers of experts. They compute in fp32 whatever their weights are held in. */
  ROUTER {
    @Override
    List<TensorSlot> slots(Architecture model) {
      return model.blocks().stream()
          .map(BlockSpec::feedForward)
          .filter(ExpertFeedForward.class::isInstance)
          .map(part -> ((ExpertFeedForward) part).router())
          .toList();
    }
  },

  /**
   * The output layer, and what stands before it in a head of labels: products and scores in fp32. A
   * matrix that it shares with the embedding is held once, in fp32.
   */
  HEAD {
    @Override
    List<TensorSlot> slots(Architecture model) {
      Optional<LinearGroup> dense = model.head().dense().map(LinearGroup::of);
      return Stream.concat(dense.stream(), Stream.of(model.headGroup()))
          .flatMap(group -> group.slots().stream())
          .toList();
    }
  };

  /** The tensors of a model that belong to it; none where a model has no such part. */
  abstract List<TensorSlot> slots(Architecture model);

  /** As settings name it. */
  public String lowerName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
