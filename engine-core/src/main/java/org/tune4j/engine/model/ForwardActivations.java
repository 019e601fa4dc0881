package org.tune4j.engine.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.HeldConstants;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** What a forward pass leaves for the backward pass. */
public final class ForwardActivations {
  final BatchTensors batch;
  final Recompute recompute;
  final BlockSeeds seeds;
  final Optional<Tensor> balance;
  final List<Tensor> context;
  final Deque<TensorScope> scopes = new ArrayDeque<>();
  final Deque<SavedTensors> saved = new ArrayDeque<>();
  final BoundModel model;
  final VirtualPass virtual;
  final HeldConstants constants;
  final Map<Integer, Tensor> gradients = new HashMap<>();
  Tensor last;
  List<Tensor> finalSaved;
  private boolean usedUp;

  ForwardActivations(
      BoundModel model,
      BatchTensors batch,
      Recompute recompute,
      BlockSeeds seeds,
      VirtualPass virtual,
      HeldConstants constants,
      Optional<Tensor> balance) {
    this.balance = balance;
    this.context = balance.map(batch::contextWith).orElse(batch.context);
    this.model = model;
    this.virtual = virtual;
    this.constants = constants;
    this.batch = batch;
    this.recompute = recompute;
    this.seeds = seeds;
  }

  /** The tokens' vectors after the final norm, {@code [N, hidden]}. */
  public Tensor hidden() {
    return finalSaved.get(0);
  }

  /**
   * What stands between two blocks, {@code [N, hidden]}: transformers' {@code
   * hidden_states[layer]}.
   *
   * @param layer how many blocks it went through: 1 up to all but one
   * @param into the scope of what has to be read from a file for it
   * @throws IllegalArgumentException if it is another number
   * @throws ConfigException if none of these blocks is trained, so that it cannot be learned
   */
  public Tensor hidden(int layer, TensorScope into) {
    if (layer < 1 || layer >= model.blocks()) {
      throw new IllegalArgumentException(
          "Layer %d: wanted 1 to %d".formatted(layer, model.blocks() - 1));
    }
    requireNotUsedUp();
    if (layer <= model.lowest(batch)) {
      throw new ConfigException(
          "layer %d: what comes out of it cannot be learned, for nothing up to it is trained"
              .formatted(layer));
    }
    // The input of the block after it, of those that are on the stack the last on top.
    return saved.stream().skip(model.blocks() - 1L - layer).findFirst().orElseThrow().first(into);
  }

  /**
   * Adds to the gradient of {@link #hidden(int, TensorScope)}, where it is met on the way back.
   *
   * @param gradient {@code [N, hidden]}, to stay open until then
   */
  public void addGradient(int layer, Tensor gradient) {
    gradient.requireShapeOf(last);
    Tensor before = gradients.putIfAbsent(layer, gradient);
    if (before != null) {
      TensorOps.add(before, gradient);
    }
  }

  public BatchTensors batch() {
    return batch;
  }

  void useUp(BoundModel by) {
    if (by != model) {
      throw new IllegalArgumentException("These activations are of another model");
    }
    requireNotUsedUp();
    usedUp = true;
  }

  private void requireNotUsedUp() {
    if (usedUp) {
      throw new IllegalStateException("These activations went through a backward pass already");
    }
  }
}
