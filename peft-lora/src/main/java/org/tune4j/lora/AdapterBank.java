package org.tune4j.lora;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.HeldConstants;
import org.tune4j.engine.adapt.PeftFiles;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeHeap;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Several LoRA adapters on one base, of any ranks, scales and targets, in one model: some of them
 * active for all texts, added up with weights, or one for each text of a batch.
 *
 * <p>All methods may be called by any thread while another computes with {@link #model}. A pass, or
 * a call of a generator with all its tokens, is computed with the adapters as they were when it
 * began; the next sees the change. What was removed or replaced is freed when the last that began
 * before has ended. Only {@link #close} must wait for them.
 */
public final class AdapterBank implements AutoCloseable {
  /** The name of no adapter: the base's own numbers. PEFT's. */
  public static final String BASE = "__base__";

  private final CausalLm base;
  private final BankAdapter adapter;
  private final TensorScope scope;
  private final Tensor like;
  private final BoundModel model;

  /** Held by who makes other matrices, which takes long; what all see changes under the monitor. */
  private final Object changes = new Object();

  private final List<String> names = new ArrayList<>();
  private Map<String, Double> active = Map.of();
  private BankTensors tensors;

  /** A bank without adapters. */
  public AdapterBank(CausalLm base) {
    this.base = base;
    this.adapter = new BankAdapter(base.architecture(), this::hold);
    this.scope = base.scope().nested();
    try {
      this.like = TensorOps.zeros(scope, base.dtype(), 0);
      this.tensors = BankTensors.none(adapter.layers(), like, scope);
      this.model = new BoundModel(base, adapter, null);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /**
   * Loads an adapter that PEFT or {@link PeftModel#save} wrote. It is not active yet.
   *
   * @param name none of {@link #names}
   * @throws ConfigException naming adapter and key, if it is more than LoRA at linear layers of
   *     blocks: DoRA, a start that changes the base, biases, tokens or modules trained along, an
   *     embedding, the output layer, matrices of experts, keys and values of latents
   * @throws org.tune4j.engine.ModelFormatException if one of its files is not valid, does not fit
   *     the base, or holds a number that is not finite
   */
  public void load(String name, Path folder) {
    read(name, folder, true);
  }

  /**
   * Adds a copy of an adapter in memory, as it is now. It is not active yet.
   *
   * @param name none of {@link #names}
   * @throws ConfigException as {@link #load} does, or if it is an adapter of another base
   */
  public void add(String name, Lora lora) {
    copy(name, lora, true);
  }

  /**
   * Loads an adapter in the place of another, which keeps its name and whether it is active.
   *
   * @throws ConfigException as {@link #load} does, or if there is none of that name
   * @throws org.tune4j.engine.ModelFormatException as {@link #load} does; the old one stays
   */
  public void replace(String name, Path folder) {
    read(name, folder, false);
  }

  /**
   * Puts a copy of an adapter in memory in the place of another.
   *
   * @throws ConfigException as {@link #add} does, or if there is none of that name; the old one
   *     stays
   */
  public void replace(String name, Lora lora) {
    copy(name, lora, false);
  }

  private void read(String name, Path folder, boolean isNew) {
    requireFit(name, isNew);
    LoraConfig config = BankMembers.config(name, folder);
    PeftFiles.checkBase(folder, base);
    LoraAdapter joining =
        PeftModel.onFile(
            folder.resolve("adapter_config.json"),
            () -> new LoraAdapter(config, base.architecture()));
    BankMembers.requireUpdatesOnly(name, joining, adapter.layers());
    try (SafetensorsFile file = PeftFiles.open(folder)) {
      PeftFiles.checkWeights(folder, file, joining, base);
      put(name, isNew, work -> LoraMatrices.read(file, joining, adapter.layers(), masters(), work));
    }
  }

  private void copy(String name, Lora lora, boolean isNew) {
    requireFit(name, isNew);
    if (lora.base() != base) {
      throw new ConfigException("adapter " + name + ": wanted one of this base, found another's");
    }
    BankMembers.requireUpdatesOnly(name, lora.adapter(), adapter.layers());
    put(name, isNew, work -> LoraMatrices.of(lora, adapter.layers(), work));
  }

  private DType masters() {
    return base.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
  }

  /** Everything that can fail or takes long is done before others see a change. */
  private void put(String name, boolean isNew, Function<TensorScope, LoraMatrices> source) {
    try (TensorScope work = scope.nested()) {
      LoraMatrices matrices = source.apply(work);
      List<Tensor> joining = BankTensors.joining(matrices, like, work);
      int overflow = BankTensors.firstOverflow(joining, work);
      if (overflow >= 0) {
        LinearLayer layer = adapter.layers().get(overflow);
        throw new ConfigException(
            "adapter %s: %s: wanted numbers that %s holds when they are scaled, found greater ones"
                .formatted(name, layer.module(), base.dtype()));
      }
      synchronized (changes) {
        requireFit(name, isNew);
        int index = isNew ? names.size() : names.indexOf(name);
        if (!isNew && overwrite(index, matrices.ranks(), joining)) {
          return;
        }
        BankTensors changed = tensors.with(index, matrices.ranks(), joining, scope);
        publish(
            changed,
            () -> {
              if (isNew) {
                names.add(name);
              }
            });
      }
    }
    NativeHeap.trim();
  }

  /** Under the monitor, so that nobody takes views meanwhile. */
  private synchronized boolean overwrite(int index, int[] ranks, List<Tensor> joining) {
    return tensors.overwrite(index, ranks, joining, scope);
  }

  /**
   * Lets others see other matrices. Those before are closed once nobody takes views of them.
   *
   * @param alongside what changes at the same moment
   */
  private void publish(BankTensors changed, Runnable alongside) {
    BankTensors before;
    synchronized (this) {
      before = tensors;
      tensors = changed;
      alongside.run();
    }
    before.close();
  }

  /**
   * Removes an adapter; it is not active any more.
   *
   * @throws ConfigException if there is none of that name
   */
  public void delete(String name) {
    synchronized (changes) {
      requireKnown(name);
      publish(
          tensors.without(names.indexOf(name), scope),
          () -> {
            names.remove(name);
            Map<String, Double> left = new LinkedHashMap<>(active);
            left.remove(name);
            active = Collections.unmodifiableMap(left);
          });
    }
    NativeHeap.trim();
  }

  /**
   * Says which adapters every text is computed with that has none of its own: what they add to the
   * base is added up.
   *
   * @throws ConfigException if there is none of a name
   */
  public void activate(String... adapters) {
    activate(
        Arrays.stream(adapters).distinct().collect(Collectors.toMap(name -> name, name -> 1.0)));
  }

  /**
   * The same with what each is multiplied with.
   *
   * @param weights by name; any finite numbers
   * @throws ConfigException if there is none of a name, or a weight is not finite
   */
  public synchronized void activate(Map<String, Double> weights) {
    weights.forEach(
        (name, weight) -> {
          requireKnown(name);
          if (!Double.isFinite((float) (double) weight)) {
            throw new ConfigException(
                "adapter %s: weight: wanted a finite number, found %s".formatted(name, weight));
          }
        });
    active = Collections.unmodifiableMap(new LinkedHashMap<>(weights));
  }

  /** From now on texts that have no adapter of their own get the base's numbers exactly. */
  public void deactivate() {
    activate(Map.of());
  }

  /** The active adapters and their weights. */
  public synchronized Map<String, Double> active() {
    return active;
  }

  /** The adapters, in the order in which they came. */
  public synchronized List<String> names() {
    return List.copyOf(names);
  }

  /** Bytes that all adapters take together: their matrices, and 8 for each of their ranks. */
  public synchronized long bytes() {
    return tensors.bytes();
  }

  /**
   * The base with the adapters. Each prompt of a {@link org.tune4j.engine.generate.Generator} over
   * it, of a {@link org.tune4j.engine.generate.BeamSearch}, or each document of a batch ({@link
   * org.tune4j.engine.model.BatchTensors#withAdapters}) may name an adapter of its own, or {@link
   * #BASE}.
   */
  public BoundModel model() {
    return model;
  }

  public CausalLm base() {
    return base;
  }

  private synchronized void requireFit(String name, boolean isNew) {
    if (!isNew) {
      requireKnown(name);
    } else if (name.isBlank() || name.equals(BASE) || names.contains(name)) {
      throw new ConfigException(
          "adapter '%s': wanted a name that is not %s nor one of %s".formatted(name, BASE, names));
    }
  }

  private synchronized void requireKnown(String name) {
    if (!names.contains(name)) {
      throw new ConfigException("adapter '%s': wanted one of %s".formatted(name, names));
    }
  }

  /** Hands out what one piece of work reads: the rows from the first adapter in use to the last. */
  private synchronized HeldConstants hold(List<String> asked, TensorScope into) {
    double[][] weights =
        asked.isEmpty()
            ? new double[][] {weights(active)}
            : asked.stream().map(name -> weights(ofOne(name))).toArray(double[][]::new);
    int from = names.size();
    int to = 0;
    for (double[] row : weights) {
      for (int i = 0; i < row.length; i++) {
        if (row[i] != 0) {
          from = Math.min(from, i);
          to = Math.max(to, i + 1);
        }
      }
    }
    List<Tensor> windows = tensors.windows(Math.min(from, to), to, into);
    Map<TensorSlot, Tensor> matrices = new HashMap<>();
    for (int i = 0; i < windows.size(); i++) {
      matrices.put(adapter.matrices().get(i), windows.get(i));
    }
    return new BankHold(matrices, weights, masters(), into);
  }

  private Map<String, Double> ofOne(String name) {
    if (name.equals(BASE)) {
      return Map.of();
    }
    requireKnown(name);
    return Map.of(name, 1.0);
  }

  private double[] weights(Map<String, Double> chosen) {
    return names.stream().mapToDouble(name -> chosen.getOrDefault(name, 0.0)).toArray();
  }

  /** Closes the model too; nothing may compute with it any more. */
  @Override
  public void close() {
    model.close();
    scope.close();
  }
}
