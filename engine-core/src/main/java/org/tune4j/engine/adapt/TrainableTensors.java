package org.tune4j.engine.adapt;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Everything that is trained, in one flat vector, and its gradient in another: norm, finite check,
 * clipping and update are then one call each, whatever the method. The tensors that kernels see are
 * views of it. The decayed ones come first, so that weight decay applies to one range.
 *
 * <p>Masters and gradients are fp32 (fp64 when the model computes in fp64). A model that computes
 * in bf16 reads a bf16 copy, which {@link #refresh} renews after each update.
 */
public final class TrainableTensors implements AutoCloseable {
  private final TensorScope scope;
  private final List<Trainable> order;
  private final Map<String, Tensor> masters = new LinkedHashMap<>();
  private final Map<String, Tensor> computed = new LinkedHashMap<>();
  private final Map<String, Tensor> gradients = new LinkedHashMap<>();
  private final Tensor flat;
  private final Tensor flatCompute;
  private final Tensor flatGradient;
  private final long decayed;

  /**
   * Allocates zeros for these tensors.
   *
   * @throws IllegalArgumentException if two have the same name
   * @throws org.tune4j.engine.NativeMemoryException if there is not enough memory for them
   */
  public TrainableTensors(List<Trainable> trainables, DType compute, TensorScope parent) {
    this.order = new ArrayList<>(trainables);
    order.sort(Comparator.comparing(t -> !t.decayed()));
    long total = 0;
    long decayedSoFar = 0;
    Set<String> names = new HashSet<>();
    for (Trainable trainable : order) {
      TensorSlot slot = trainable.slot();
      if (!names.add(slot.name())) {
        throw new IllegalArgumentException("Two trainables are called " + slot.name());
      }
      total = Math.addExact(total, slot.elements());
      decayedSoFar += trainable.decayed() ? slot.elements() : 0;
    }
    this.decayed = decayedSoFar;
    this.scope = parent.nested();
    DType master = compute == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    this.flat = TensorOps.zeros(scope, master, total);
    this.flatGradient = TensorOps.zeros(scope, master, total);
    this.flatCompute = compute == master ? flat : TensorOps.zeros(scope, compute, total);
    long offset = 0;
    for (Trainable trainable : order) {
      TensorSlot slot = trainable.slot();
      masters.put(slot.name(), TensorOps.view(scope, flat, offset, slot.sizes()));
      gradients.put(slot.name(), TensorOps.view(scope, flatGradient, offset, slot.sizes()));
      computed.put(
          slot.name(),
          compute == master
              ? masters.get(slot.name())
              : TensorOps.view(scope, flatCompute, offset, slot.sizes()));
      offset += slot.elements();
    }
  }

  /** The trained tensors, decayed ones first. */
  public List<Trainable> all() {
    return List.copyOf(order);
  }

  public boolean contains(TensorSlot slot) {
    return masters.containsKey(slot.name());
  }

  /** The master copy of a tensor, in fp32. */
  public Tensor master(TensorSlot slot) {
    return known(masters, slot);
  }

  /** What kernels compute with. */
  public Tensor compute(TensorSlot slot) {
    return known(computed, slot);
  }

  /** Where kernels add the gradient of a tensor up. */
  public Tensor gradient(TensorSlot slot) {
    return known(gradients, slot);
  }

  private static Tensor known(Map<String, Tensor> tensors, TensorSlot slot) {
    Tensor tensor = tensors.get(slot.name());
    if (tensor == null) {
      throw new IllegalArgumentException(slot.name() + " is not trained");
    }
    return tensor;
  }

  /** All masters, {@code [parameters]}. */
  public Tensor flat() {
    return flat;
  }

  /** All gradients, {@code [parameters]}. */
  public Tensor flatGradient() {
    return flatGradient;
  }

  /** How many numbers are trained. */
  public long parameters() {
    return flat.elements();
  }

  /** How many of them, from the first on, weight decay applies to. */
  public long decayedParameters() {
    return decayed;
  }

  /** A scope for one piece of work with these tensors, on their device; close it. */
  TensorScope workScope() {
    return scope.beside();
  }

  /** Renews the copies that kernels compute with; needed after every change of a master. */
  public void refresh() {
    if (flatCompute != flat) {
      TensorOps.copy(flatCompute, flat);
    }
  }

  @Override
  public void close() {
    scope.close();
  }
}
