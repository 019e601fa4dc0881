package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * One transformer block: attention, then a feed-forward part, each between norms and added to what
 * it read.
 *
 * @param residual what the feed-forward part reads
 */
public record BlockSpec(
    Norms attentionNorms,
    AttentionSpec attention,
    Norms feedForwardNorms,
    FeedForwardSpec feedForward,
    Residual residual) {
  /** How the two halves of a block are added up. */
  public enum Residual {
    /** The feed-forward part reads what attention has added. */
    SEQUENTIAL,
    /** Both read the block's input. */
    PARALLEL
  }

  /**
   * Where a half of a block normalises.
   *
   * @param before what it reads
   * @param after what it gives, before that is added
   * @param sum what comes of adding
   */
  public record Norms(Optional<NormSpec> before, Optional<NormSpec> after, Optional<NormSpec> sum) {
    /** As most models do since GPT-2. */
    public static Norms before(NormSpec norm) {
      return new Norms(Optional.of(norm), Optional.empty(), Optional.empty());
    }

    private Stream<NormSpec> all() {
      return Stream.of(before, after, sum).flatMap(Optional::stream);
    }

    private boolean onlyBefore() {
      return after.isEmpty() && sum.isEmpty();
    }
  }

  public BlockSpec {
    if (residual == Residual.PARALLEL
        && !(attentionNorms.onlyBefore() && feedForwardNorms.onlyBefore())) {
      throw new IllegalArgumentException("Parallel halves are normalised before them only");
    }
  }

  /** All norms. */
  public List<NormSpec> norms() {
    List<NormSpec> norms = new ArrayList<>(attentionNorms.all().toList());
    norms.addAll(attention.norms());
    norms.addAll(feedForwardNorms.all().toList());
    norms.addAll(feedForward.norms());
    return norms;
  }

  /** The block's tensors. */
  public List<TensorSlot> slots() {
    List<TensorSlot> slots = new ArrayList<>();
    attentionNorms.all().forEach(norm -> slots.addAll(norm.slots()));
    slots.addAll(attention.slots());
    feedForwardNorms.all().forEach(norm -> slots.addAll(norm.slots()));
    slots.addAll(feedForward.slots());
    return slots;
  }

  /** Those of its tensors that are never trained, and held in at least fp32. */
  public List<TensorSlot> buffers() {
    return Stream.concat(attention.buffers().stream(), feedForward.buffers().stream()).toList();
  }

  /** The places where an adapter can join, in the order of use. */
  public List<LinearGroup> groups() {
    return Stream.concat(attention.groups().stream(), feedForward.groups().stream()).toList();
  }
}
