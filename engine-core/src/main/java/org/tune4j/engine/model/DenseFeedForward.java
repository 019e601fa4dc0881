package org.tune4j.engine.model;

import java.util.List;
import java.util.stream.Stream;

/**
 * Two linear groups with an activation between.
 *
 * @param in its layers are gate and up when it is gated
 * @param gated whether {@code act(gate) * up} stands between, or {@code act(x)}
 * @param activation as kernel file {@code mlp.py} names it
 */
public record DenseFeedForward(LinearGroup in, boolean gated, String activation, LinearGroup out)
    implements FeedForwardSpec {
  @Override
  public List<NormSpec> norms() {
    return List.of();
  }

  @Override
  public List<LinearGroup> groups() {
    return List.of(in, out);
  }

  @Override
  public List<TensorSlot> slots() {
    return Stream.concat(in.slots().stream(), out.slots().stream()).toList();
  }
}
