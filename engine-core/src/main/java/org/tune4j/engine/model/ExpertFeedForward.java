package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A feed-forward part of many experts, of which each token is given to a few, and perhaps a part
 * that all tokens share.
 *
 * @param router {@code [experts, hidden]}, named beside the experts as transformers 5 has it
 * @param correction {@code [experts]}, where the routing has one
 * @param in gate and up of all experts, one below the other {@code [experts * 2 F, hidden]}
 * @param out of all experts {@code [experts * hidden, F]}
 * @param activation as kernel file {@code mlp.py} names it
 * @param shared what all tokens pass
 * @param sharedGate one score whose sigmoid multiplies the shared part
 */
public record ExpertFeedForward(
    TensorSlot router,
    Optional<TensorSlot> correction,
    RoutingSpec routing,
    TensorSlot in,
    TensorSlot out,
    String activation,
    Optional<DenseFeedForward> shared,
    Optional<LinearGroup> sharedGate)
    implements FeedForwardSpec {
  public ExpertFeedForward {
    boolean corrected = routing.scoring() == RoutingSpec.Scoring.SIGMOID_CORRECTED;
    if (correction.isPresent() != corrected || sharedGate.isPresent() && shared.isEmpty()) {
      throw new IllegalArgumentException(routing + ", corrected by " + correction);
    }
  }

  /** Size of an expert's inner vectors. */
  int intermediate() {
    return Math.toIntExact(out.shape().get(1));
  }

  @Override
  public List<NormSpec> norms() {
    return List.of();
  }

  @Override
  public List<LinearGroup> groups() {
    List<LinearGroup> groups = new ArrayList<>();
    shared.ifPresent(part -> groups.addAll(part.groups()));
    sharedGate.ifPresent(groups::add);
    return groups;
  }

  @Override
  public List<TensorSlot> slots() {
    List<TensorSlot> slots = new ArrayList<>();
    slots.add(router);
    correction.ifPresent(slots::add);
    slots.add(in);
    slots.add(out);
    groups().forEach(group -> slots.addAll(group.slots()));
    return slots;
  }

  @Override
  public List<TensorSlot> buffers() {
    return correction.stream().toList();
  }

  @Override
  public long weightsPerToken() {
    long each = (in.elements() + out.elements()) / routing.experts();
    return FeedForwardSpec.super.weightsPerToken() + router.elements() + routing.chosen() * each;
  }
}
