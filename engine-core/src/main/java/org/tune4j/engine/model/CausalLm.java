package org.tune4j.engine.model;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.NativeMemoryException;
import org.tune4j.engine.SplitMix64;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.FreeMemory;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A causal language model in memory: what it is and what it knows. It is never changed by adapters
 * or training.
 */
public final class CausalLm implements AutoCloseable {
  private static final Set<DType> COMPUTABLE =
      EnumSet.of(DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16, DType.FLOAT64);
  private final Architecture architecture;
  private final Weights weights;
  private final DType dtype;
  private final Set<TensorSlot> exact;
  private final TensorScope scope;
  private final Source source;
  private final Optional<GivenHead> givenHead;
  private final StreamedWeights streamed;

  /**
   * Where it was loaded from.
   *
   * @param name the path, for errors
   * @param configSha256 of its {@code config.json}
   * @param sample of its weights, where they are plain numbers
   */
  private record Source(String name, String configSha256, Optional<BaseSample> sample) {
    static Source of(Path folder, Architecture architecture) {
      return new Source(
          folder.toString(), HubFolder.configSha256(folder), BaseSample.of(architecture, folder));
    }
  }

  private CausalLm(
      Architecture architecture,
      Weights weights,
      StreamedWeights streamed,
      DType dtype,
      TensorScope scope,
      Source source,
      Optional<GivenHead> givenHead) {
    this.architecture = architecture;
    this.weights = weights;
    this.streamed = streamed;
    this.dtype = dtype;
    this.exact = architecture.exact();
    this.scope = scope;
    this.source = source;
    this.givenHead = givenHead;
  }

  /** Loads a Hugging Face checkpoint folder or a GGUF file for the CPU. */
  public static CausalLm load(Path folder, DType dtype) {
    return load(folder, dtype, "cpu");
  }

  /**
   * Loads a Hugging Face checkpoint folder, or a GGUF file of the families that {@code
   * docs/gguf.md} lists, whose numbers are decoded.
   *
   * @param folder {@code config.json} and {@code model.safetensors} or its shards; or the path of a
   *     {@code .gguf} file
   * @param dtype FLOAT32, BFLOAT16 or FLOAT16 (FLOAT64 for checks): what weights are held in and
   *     computed with
   * @param device where it is computed: {@code cpu} or {@code cuda:N}
   * @throws ConfigException for another element type or a device that is not there
   * @throws ModelFormatException if the folder does not hold such a model
   * @throws NativeMemoryException if there is not enough memory for it
   */
  public static CausalLm load(Path folder, DType dtype, String device) {
    return load(folder, dtype, device, WeightFormat.PLAIN);
  }

  /**
   * The same with the matrices of its blocks in fewer bytes: each is read in {@code dtype} and
   * quantised before the next. They cannot be trained; adapters on them can.
   *
   * @param format how they are held
   * @throws ConfigException as {@link #load(Path, DType, String)}, or if a matrix does not fit the
   *     format
   * @throws ModelFormatException if the folder does not hold such a model
   * @throws NativeMemoryException if there is not enough memory for it
   */
  public static CausalLm load(Path folder, DType dtype, String device, WeightFormat format) {
    return load(folder, Precision.of(dtype), device, format);
  }

  /**
   * The same with parts of it in fp32.
   *
   * @throws ConfigException as {@link #load(Path, DType, String, WeightFormat)}, or if the model
   *     lacks such a part
   * @throws ModelFormatException if the folder does not hold such a model
   * @throws NativeMemoryException if there is not enough memory for it
   */
  public static CausalLm load(
      Path folder, Precision precision, String device, WeightFormat format) {
    requireComputable(precision.dtype());
    Objects.requireNonNull(format, "format");
    return load(
        folder,
        Architectures.read(folder).with(precision.fp32Modules()),
        precision.dtype(),
        device,
        format,
        Set.of(),
        Optional.empty());
  }

  /**
   * Opens a Hugging Face checkpoint folder whose weights may exceed memory. Those of blocks stay in
   * the files, which must not change while the model is open: each block is read when it is
   * computed, the next one meanwhile, so a pass takes as long as reading the files, and the memory
   * of two blocks. An adapter can be trained on them; they themselves cannot.
   *
   * @throws ConfigException as {@link #load(Path, DType, String)}, or for a GGUF file
   * @throws ModelFormatException if the folder does not hold such a model
   * @throws NativeMemoryException if there is not enough memory for what is held
   */
  public static CausalLm stream(Path folder, DType dtype, String device) {
    return stream(folder, Precision.of(dtype), device);
  }

  /**
   * The same with parts of it in fp32.
   *
   * @throws ConfigException as {@link #load(Path, Precision, String, WeightFormat)}, or for a GGUF
   *     file
   * @throws ModelFormatException if the folder does not hold such a model
   * @throws NativeMemoryException if there is not enough memory for what is held
   */
  public static CausalLm stream(Path folder, Precision precision, String device) {
    DType dtype = precision.dtype();
    requireComputable(dtype);
    Architecture architecture = Architectures.read(folder).with(precision.fp32Modules());
    StreamedWeights streamed = StreamedWeights.open(architecture, folder, dtype);
    TensorScope scope = null;
    try {
      scope = TensorScope.open(device);
      return new CausalLm(
          architecture,
          Weights.outsideBlocks(architecture, streamed, scope),
          streamed,
          dtype,
          scope,
          Source.of(folder, architecture),
          Optional.empty());
    } catch (RuntimeException e) {
      if (scope != null) {
        scope.close();
      }
      streamed.close();
      throw e;
    }
  }

  /**
   * Loads a Hugging Face checkpoint folder for a task that it may not have been trained for. What
   * its head lacks is drawn, as transformers draws it; its output layer for words is left out.
   *
   * @param seed what is drawn depends on it
   * @throws ConfigException as {@link #load(Path, DType, String)}
   * @throws ModelFormatException as {@link #load(Path, DType, String)}, or if its head has another
   *     number of labels
   * @throws NativeMemoryException if there is not enough memory for it
   */
  public static CausalLm load(Path folder, DType dtype, String device, HeadTask task, long seed) {
    return load(folder, Precision.of(dtype), device, task, seed);
  }

  /**
   * The same with parts of it in fp32.
   *
   * @throws ConfigException as {@link #load(Path, Precision, String, WeightFormat)}
   * @throws ModelFormatException as {@link #load(Path, DType, String, HeadTask, long)}
   * @throws NativeMemoryException if there is not enough memory for it
   */
  public static CausalLm load(
      Path folder, Precision precision, String device, HeadTask task, long seed) {
    DType dtype = precision.dtype();
    requireComputable(dtype);
    Architecture architecture = Architectures.read(folder, task).with(precision.fp32Modules());
    Set<TensorSlot> drawn = Weights.missing(architecture, folder, NewHead.slots(architecture));
    Optional<GivenHead> head = Optional.of(new GivenHead(task, seed));
    CausalLm model = load(folder, architecture, dtype, device, WeightFormat.PLAIN, drawn, head);
    NewHead.draw(model, drawn, seed);
    return model;
  }

  private static CausalLm load(
      Path folder,
      Architecture architecture,
      DType dtype,
      String device,
      WeightFormat format,
      Set<TensorSlot> left,
      Optional<GivenHead> givenHead) {
    TensorScope scope = TensorScope.open(device);
    try {
      return new CausalLm(
          architecture,
          Weights.load(architecture, folder, left, dtype, format, scope),
          null,
          dtype,
          scope,
          Source.of(folder, architecture),
          givenHead);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  /** A model without knowledge: every weight is zero until it is set. */
  public static CausalLm empty(Architecture architecture, DType dtype) {
    requireComputable(dtype);
    TensorScope scope = TensorScope.open();
    try {
      return new CausalLm(
          architecture,
          Weights.zeros(architecture, dtype, scope),
          null,
          dtype,
          scope,
          new Source("a model in memory", "", Optional.empty()),
          Optional.empty());
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  private static void requireComputable(DType dtype) {
    if (!COMPUTABLE.contains(dtype)) {
      throw new ConfigException("dtype: wanted one of " + COMPUTABLE + ", found " + dtype);
    }
  }

  public Architecture architecture() {
    return architecture;
  }

  /** The element type of weights and activations. */
  public DType dtype() {
    return dtype;
  }

  /** What kernels take a tensor in: {@link #dtype}, or at least fp32 for what is exact. */
  public DType dtype(TensorSlot slot) {
    return Weights.held(dtype, exact.contains(slot));
  }

  /** How the matrices of its blocks are held. */
  public WeightFormat format() {
    return weights.format();
  }

  /** Whether a tensor is held in fewer bytes, so that it is none to read or to train. */
  public boolean isQuantised(TensorSlot slot) {
    return weights.isQuantised(slot);
  }

  /**
   * The tensor of a slot.
   *
   * @throws IllegalArgumentException if it is held in fewer bytes: see {@link #dequantised}
   * @throws ConfigException if it is not in memory but streamed
   */
  public Tensor weight(TensorSlot slot) {
    if (inFiles(slot)) {
      throw new ConfigException(
          slot.name()
              + ": the weights of blocks are streamed and not in memory; they cannot be trained,"
              + " merged or exported; load the model for that");
    }
    return weights.get(slot);
  }

  /**
   * Frees the tensor of a slot, for a training that has its own: this model can then be computed
   * with only together with what is trained.
   *
   * @throws IllegalStateException if it was given up already, or the model is closed
   */
  public void giveUp(TensorSlot slot) {
    weight(slot);
    weights.giveUp(slot);
  }

  /**
   * This model with more tokens: the new rows of the embedding, and of an output layer that has its
   * own, are the mean of those that there are. This one is given up for it: nothing may be bound to
   * it, and closing either closes both.
   *
   * @param tokens how many in all
   * @throws ConfigException if that is fewer than it has
   */
  public CausalLm withVocabulary(int tokens) {
    Architecture grown = architecture.withVocabulary(tokens);
    if (grown.equals(architecture)) {
      return this;
    }
    weights.grow(architecture.embeddingSlot(), tokens);
    if (!architecture.tied() && architecture.head() instanceof LanguageHead) {
      architecture.headGroup().slots().forEach(slot -> weights.grow(slot, tokens));
    }
    return new CausalLm(grown, weights, streamed, dtype, scope, source, givenHead);
  }

  /** Whether {@link #weight} gives it: it is neither held in fewer bytes nor streamed. */
  public boolean isPlain(TensorSlot slot) {
    return !isQuantised(slot) && !inFiles(slot);
  }

  private boolean inFiles(TensorSlot slot) {
    return streamed != null && streamed.contains(slot);
  }

  /** A reader of the blocks, to be closed by the caller; empty where they are in memory. */
  Optional<BlockStream> blockStream() {
    return Optional.ofNullable(streamed).map(files -> new BlockStream(files, scope::beside));
  }

  /**
   * The numbers of a tensor that is held in fewer bytes, as the model computes with them.
   *
   * @throws IllegalArgumentException if it is not: see {@link #weight}
   */
  public Tensor dequantised(TensorSlot slot, TensorScope into) {
    return weights.quantised(slot).dequantised(dtype, into);
  }

  /** The tensors that stand for a slot, in the order in which kernels take them. */
  List<TensorSlot> held(TensorSlot slot) {
    return weights.held(slot);
  }

  /**
   * What tells this model's weights, as they are computed with, from others: 16 hexadecimal digits.
   * Reads every weight once. Not proof against intent.
   */
  public String weightsFingerprint() {
    Map<String, Long> tensors = new TreeMap<>();
    for (TensorSlot slot : architecture.slots()) {
      try (TensorScope work = scope.nested()) {
        for (TensorSlot held : held(slot)) {
          Tensor weight = inFiles(slot) ? streamed.read(slot, work) : weight(held);
          for (TensorSlot.Part part : held.parts()) {
            tensors.put(part.name(), TensorOps.fingerprint(part.of(weight, work)));
          }
        }
      }
    }
    // By the names of the files, so that it does not depend on how tensors lie in memory.
    long hash = 0;
    for (Map.Entry<String, Long> tensor : tensors.entrySet()) {
      hash = SplitMix64.next(hash ^ tensor.getKey().hashCode());
      hash = SplitMix64.next(hash ^ tensor.getValue());
    }
    return HexFormat.of().toHexDigits(hash);
  }

  /**
   * SHA-256 of the {@code config.json} that it was loaded with, or of what a GGUF file says in its
   * place; empty if it was not loaded.
   */
  public String configSha256() {
    return source.configSha256;
  }

  /** Some numbers of its files; empty if it was not loaded, or they hold no plain numbers. */
  public Optional<BaseSample> sample() {
    return source.sample;
  }

  /** Where it was loaded from, for errors. */
  public String sourceName() {
    return source.name;
  }

  /** The head that it was given when it was loaded; empty for a model with the head it has. */
  public Optional<GivenHead> givenHead() {
    return givenHead;
  }

  /** The scope that holds the weights; what is opened in it lives no longer than the model. */
  public TensorScope scope() {
    return scope;
  }

  @Override
  public void close() {
    scope.close();
    if (streamed != null) {
      streamed.close();
    }
    FreeMemory.giveBack();
  }
}
