package org.tune4j.engine.adapt;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.tune4j.engine.SplitMix64;
import org.tune4j.engine.adapt.TrainedStorage.Gradients;
import org.tune4j.engine.adapt.TrainedStorage.Masters;
import org.tune4j.engine.kernel.FileTensors;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Everything that is trained, in one flat vector, and its gradient in another: norm, finite check,
 * clipping and update are then few calls, whatever the method. The tensors that kernels see are
 * views of it. What is updated alike lies together, in a {@link TrainedRange}.
 *
 * <p>Masters and gradients are fp32 (fp64 when the model computes in fp64), or what the {@link
 * TrainedStorage} says; a {@link Stretch} gives them in fp32 in any case. A model that computes in
 * bf16 or fp16 reads a copy in that, which is renewed with each stretch that is updated.
 */
public final class TrainableTensors implements AutoCloseable {
  /**
   * Numbers of a stretch that is put together to be updated: so few that they stay in the
   * processor's cache; a multiple of the blocks of 8-bit states.
   */
  private static final long STRETCH = 1 << 19;

  private final TensorScope scope;
  private final TrainedStorage storage;
  private final FlatLayout layout;
  private final Vectors vectors;
  private final Map<String, Tensor> masters = new LinkedHashMap<>();
  private final Map<String, Tensor> computed = new LinkedHashMap<>();
  private final Map<String, Tensor> gradients = new LinkedHashMap<>();

  /** One number, the same for a part as for the whole. */
  private final AtomicLong version;

  /** Where optimizers keep their state; null for in memory. */
  private Path spill;

  /**
   * The flat vectors.
   *
   * @param masters fp32; null where they are held in parts
   * @param compute in the type that is computed in; the masters where that is theirs
   * @param rest what masters have besides, bytes; null where they are whole
   * @param gradients of all, or of one block at a time
   */
  record Vectors(
      TrainedStorage storage, Tensor masters, Tensor compute, Tensor rest, Tensor gradients) {
    boolean isWhole() {
      return masters != null;
    }
  }

  /** Allocates zeros for these tensors, with masters and gradients in fp32. */
  public TrainableTensors(List<Trainable> trainables, DType compute, TensorScope parent) {
    this(trainables, compute, TrainedStorage.PLAIN, parent);
  }

  /**
   * Allocates zeros for these tensors.
   *
   * @throws IllegalArgumentException if two have the same name
   * @throws org.tune4j.engine.ConfigException if the storage is none for this element type
   * @throws org.tune4j.engine.NativeMemoryException if there is not enough memory for them
   */
  public TrainableTensors(
      List<Trainable> trainables, DType compute, TrainedStorage storage, TensorScope parent) {
    this(trainables, compute, Set.of(), storage, parent);
  }

  /** The same for tensors of a model or of an adapter on it, held as mixed precision is. */
  public TrainableTensors(List<Trainable> trainables, CausalLm model, TensorScope parent) {
    this(trainables, model, TrainedStorage.PLAIN, parent);
  }

  /**
   * Allocates zeros for tensors of a model or of an adapter on it: what the model keeps in fp32 is
   * computed with from its masters.
   *
   * @throws IllegalArgumentException if two have the same name
   * @throws org.tune4j.engine.ConfigException if the storage is none for the model's element type
   * @throws org.tune4j.engine.NativeMemoryException if there is not enough memory for them
   */
  public TrainableTensors(
      List<Trainable> trainables, CausalLm model, TrainedStorage storage, TensorScope parent) {
    this(trainables, model.dtype(), model.architecture().exact(), storage, parent);
  }

  private TrainableTensors(
      List<Trainable> trainables,
      DType compute,
      Set<TensorSlot> exact,
      TrainedStorage storage,
      TensorScope parent) {
    storage.requireFor(compute);
    storage.requireFor(trainables, exact);
    this.storage = storage;
    this.layout = FlatLayout.of(trainables, storage.gradients() == Gradients.RELEASED);
    this.scope = parent.nested();
    this.version = new AtomicLong();
    try {
      this.vectors = allocate(compute);
      divide(exact);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /** Some of these tensors under other names. */
  private TrainableTensors(TrainableTensors whole, List<Trainable> part, String prefix) {
    this.storage = whole.storage;
    this.scope = whole.scope.nested();
    this.version = whole.version;
    this.vectors = whole.vectors;
    Map<String, Long> offsets = new LinkedHashMap<>();
    for (Trainable each : part) {
      String name = each.slot().name();
      String known = prefix + name;
      known(whole.computed, each.slot(), known);
      offsets.put(name, whole.layout.offsets().get(known));
      computed.put(name, whole.computed.get(known));
      gradients.put(name, whole.gradients.get(known));
      if (whole.masters.containsKey(known)) {
        masters.put(name, whole.masters.get(known));
      }
    }
    this.layout = new FlatLayout(List.copyOf(part), List.of(), offsets);
  }

  /**
   * Some of these tensors, as another model that is trained with this one calls them. They are the
   * same numbers; what updates all of them is the whole.
   *
   * @param part the tensors by the names of that model
   * @param prefix what stands before their names here
   * @throws IllegalArgumentException if one of them is not here
   */
  public TrainableTensors part(List<Trainable> part, String prefix) {
    return new TrainableTensors(this, part, prefix);
  }

  /** Makes the views of tensors. */
  private void divide(Set<TensorSlot> exact) {
    for (Trainable trainable : layout.order()) {
      TensorSlot slot = trainable.slot();
      String name = slot.name();
      long offset = layout.offsets().get(name);
      computed.put(name, TensorOps.view(scope, vectors.compute(), offset, slot.sizes()));
      gradients.put(
          name,
          TensorOps.view(scope, vectors.gradients(), layout.gradientOffset(offset), slot.sizes()));
      if (vectors.masters() == vectors.compute()) {
        masters.put(name, computed.get(name));
      } else if (vectors.isWhole()) {
        masters.put(name, TensorOps.view(scope, vectors.masters(), offset, slot.sizes()));
      }
      if (exact.contains(slot)) {
        computed.put(name, masters.get(name));
      }
    }
  }

  private Vectors allocate(DType compute) {
    DType whole = compute == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    DType sums = storage.gradients() == Gradients.COMPUTE ? compute : whole;
    long numbers = layout.numbers();
    Tensor sum = TensorOps.zeros(scope, sums, layout.gradients());
    if (storage.masters() == Masters.FP32) {
      Tensor flat = TensorOps.zeros(scope, whole, numbers);
      Tensor copy = compute == whole ? flat : TensorOps.zeros(scope, compute, numbers);
      return new Vectors(storage, flat, copy, null, sum);
    }
    long bytes = storage.masters().restBytes() * numbers;
    return new Vectors(
        storage,
        null,
        TensorOps.zeros(scope, compute, numbers),
        TensorOps.zeros(scope, DType.UINT8, bytes),
        sum);
  }

  /** The trained tensors, in the order of the flat vectors. */
  public List<Trainable> all() {
    return layout.order();
  }

  /** Ranges of numbers that are updated alike; together they are all numbers, in order. */
  public List<TrainedRange> ranges() {
    return layout.ranges();
  }

  /** How masters and gradients are held. */
  public TrainedStorage storage() {
    return storage;
  }

  public boolean contains(TensorSlot slot) {
    return computed.containsKey(slot.name());
  }

  /**
   * The master copy of a tensor, in fp32.
   *
   * @throws IllegalStateException if masters are held in parts
   */
  public Tensor master(TensorSlot slot) {
    known(computed, slot);
    requireWhole();
    return masters.get(slot.name());
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
    return known(tensors, slot, slot.name());
  }

  private static Tensor known(Map<String, Tensor> tensors, TensorSlot slot, String name) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(slot.name() + " is not trained");
    }
    return tensor;
  }

  /**
   * All masters, {@code [parameters]}.
   *
   * @throws IllegalStateException if they are held in parts
   */
  public Tensor flat() {
    requireWhole();
    return vectors.masters();
  }

  private void requireWhole() {
    if (!vectors.isWhole()) {
      throw new IllegalStateException("Masters are held in parts: " + storage.masters());
    }
  }

  /** All gradients that are held at once. */
  public Tensor flatGradient() {
    return vectors.gradients();
  }

  /** How many numbers are trained. */
  public long parameters() {
    return layout.numbers();
  }

  /** The element type that they are updated in. */
  public DType updatedIn() {
    return vectors.compute().dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
  }

  /** From now on optimizers keep their state in files. */
  public void spillStates(Path folder) {
    spill = folder;
  }

  /** A vector of zeros for an optimizer's state, in memory or in a file. */
  public Tensor stateZeros(TensorScope into, DType dtype, long numbers) {
    return spill == null
        ? TensorOps.zeros(into, dtype, numbers)
        : FileTensors.zeros(into, spill, dtype, numbers);
  }

  /** What a checkpoint needs of masters, by name. */
  public Map<String, Tensor> state() {
    if (vectors.isWhole()) {
      return Map.of("weights", vectors.masters());
    }
    return vectors.rest().elements() == 0
        ? Map.of("weights", vectors.compute())
        : Map.of("weights", vectors.compute(), "weights_rest", vectors.rest());
  }

  /** What tells these masters from others; not proof against intent. */
  public long fingerprint() {
    long hash = 0;
    for (Map.Entry<String, Tensor> tensor : new TreeMap<>(state()).entrySet()) {
      hash = SplitMix64.next(hash ^ TensorOps.fingerprint(tensor.getValue()));
    }
    return hash;
  }

  /** A scope for one piece of work with these tensors, on their device; close it. */
  public TensorScope workScope() {
    return scope.beside();
  }

  /**
   * Gives a tensor a value.
   *
   * @param value of its shape
   */
  public void set(TensorSlot slot, Tensor value) {
    compute(slot);
    long offset = layout.offsets().get(slot.name());
    try (Stretch stretch = stretch(offset, slot.elements(), 0)) {
      TensorOps.copy(stretch.weights(slot.sizes()), value);
    }
  }

  /** The masters of a tensor, row-major. It must not be trained in fp64. */
  public float[] values(TensorSlot slot) {
    compute(slot);
    long offset = layout.offsets().get(slot.name());
    try (Stretch stretch = stretch(offset, slot.elements(), 0)) {
      return stretch.weights().toFloats();
    }
  }

  /**
   * Consecutive numbers of one range, to be updated; close it.
   *
   * @param draw what rounding depends on where it is at random, besides the place
   */
  public Stretch stretch(long from, long count, long draw) {
    version.incrementAndGet();
    return new Stretch(vectors, from, layout.gradientOffset(from), count, draw, scope);
  }

  /**
   * Updates consecutive numbers of one range, as many at a time as is best.
   *
   * @param draw what rounding depends on where it is at random, besides the place
   */
  public void update(long from, long count, long draw, Consumer<Stretch> update) {
    boolean inPlace = vectors.isWhole() && storage.gradients() != Gradients.COMPUTE;
    long most = inPlace ? count : STRETCH;
    for (long done = 0; done < count; done += most) {
      try (Stretch stretch = stretch(from + done, Math.min(most, count - done), draw)) {
        update.accept(stretch);
      }
    }
  }

  /** Renews the copies that kernels compute with; needed after masters were changed in place. */
  public void refresh() {
    version.incrementAndGet();
    if (vectors.isWhole() && vectors.masters() != vectors.compute()) {
      TensorOps.copy(vectors.compute(), vectors.masters());
    }
  }

  /**
   * Another number after each {@link #refresh} and {@link #stretch}: what was derived from masters
   * before is old.
   */
  public long version() {
    return version.get();
  }

  @Override
  public void close() {
    scope.close();
  }
}
