package org.tune4j.engine.model;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.HeldConstants;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.VirtualTokens;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** The methods of a model's program, called with the tensors that the program reads. */
final class ProgramCalls implements AutoCloseable {
  private final CausalLm model;
  private final Adapter adapter;
  private final TrainableTensors trainables;
  private final KernelModule module;
  private final Tensor frequencies;
  private final Tensor factor;
  private final Tensor like;
  private final Optional<BlockStream> stream;
  private final DerivedTensors derived;
  final ModelProgram program;
  final Tensor noDropout;

  /**
   * @param adapter null for the bare model
   * @param trainables null when nothing is trained
   * @param scope of the constants
   */
  ProgramCalls(CausalLm model, Adapter adapter, TrainableTensors trainables, TensorScope scope) {
    this.model = model;
    this.adapter = adapter;
    this.trainables = trainables;
    this.program = new ModelProgram(model, adapter, trainables);
    this.module = program.module();
    RopeSpec rope = model.architecture().rope();
    this.frequencies = scope.floats(rope.table(new int[] {0}));
    this.factor = scope.doubles(new double[] {rope.factor()}, 1);
    this.like = TensorOps.zeros(scope, model.dtype(), 0);
    this.stream = model.blockStream();
    this.derived = new DerivedTensors(this, trainables, scope);
    this.noDropout = scope.longs(LongStream.generate(() -> -1).limit(BlockSeeds.SITES).toArray());
  }

  /** Blocks of the model. */
  int blocks() {
    return model.architecture().blocks().size();
  }

  List<Tensor> call(TensorScope into, String method, Object... arguments) {
    return module.call(into, method, arguments);
  }

  /**
   * Cosine and sine {@code [N, 1, R/2]} of positions {@code [N]}.
   *
   * @param texts tokens of the text that each token belongs to
   */
  List<Tensor> rope(Tensor positions, int[] texts, TensorScope into) {
    return module.call(into, "context", positions, frequencies(texts, into), factor, like);
  }

  /** Inverse frequencies, the same for all tokens {@code [R/2]} or for each {@code [N, R/2]}. */
  private Tensor frequencies(int[] texts, TensorScope into) {
    RopeSpec rope = model.architecture().rope();
    return rope.stretches(texts)
        ? into.floats(rope.table(texts), texts.length, rope.inverseFrequencies().size())
        : frequencies;
  }

  /** Rotary frequencies of texts, their factor, and the seeds that switch dropout off. */
  List<Tensor> decodeConstants(int[] texts, TensorScope into) {
    return List.of(frequencies(texts, into), factor, noDropout);
  }

  /**
   * What stands before the texts of a pass.
   *
   * @param trains whether gradients are to be added up
   */
  VirtualPass virtual(boolean trains, TensorScope into) {
    Optional<VirtualTokens> tokens = program.virtual.virtualTokens();
    if (tokens.isEmpty()) {
      return VirtualPass.NONE;
    }
    List<Tensor> values = module.call(into, "virtual", virtualMasters(), like);
    DType sums = like.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    List<Tensor> gradients =
        trains
            ? values.stream().map(v -> TensorOps.zeros(into, sums, v.shape())).toList()
            : List.of();
    return new VirtualPass(tokens.get().kind(), values, gradients);
  }

  /** What all virtual tokens are, {@code [count, columns]}, in the type of the masters. */
  Tensor virtualTokens(TensorScope into) {
    return module.call(into, "virtual_tokens", virtualMasters()).get(0);
  }

  VirtualPlaces virtualPlaces() {
    return VirtualPlaces.of(program.virtual.virtualTokens());
  }

  /** Adds the gradients of what virtual tokens are computed from. */
  void virtualBackward(VirtualPass virtual, TensorScope work) {
    if (virtual.kind() != null) {
      module.call(
          work,
          "virtual_backward",
          virtual.gradients(),
          virtualMasters(),
          gradients(program.virtual));
    }
  }

  private List<Tensor> virtualMasters() {
    return program.virtual.p.stream().map(slot -> trainables.master(slot)).toList();
  }

  /**
   * @param shift {@link BatchTensors#shift}, or a tensor nobody reads for none
   */
  Tensor embed(
      Tensor ids,
      Tensor positions,
      Tensor segments,
      List<Tensor> virtual,
      List<Tensor> shift,
      TensorScope into) {
    return module
        .call(
            into,
            "embed",
            ids,
            positions,
            segments,
            weights(program.embedding),
            parameters(program.embedding),
            virtual,
            shift)
        .get(0);
  }

  /**
   * The adapter's constants for one piece of work.
   *
   * @param names for each document what of the adapter it is computed with; empty for what is
   *     active
   * @param documents how many there are
   * @throws ConfigException if a name means nothing here, or there are not as many as documents
   */
  HeldConstants hold(List<String> names, int documents, TensorScope into) {
    if (!names.isEmpty() && (adapter == null || names.size() != documents)) {
      throw new ConfigException(
          "adapter_names: wanted %s, found %s"
              .formatted(adapter == null ? "none without an adapter" : documents, names));
    }
    return adapter == null ? slot -> noDropout : adapter.hold(names, into);
  }

  List<Tensor> block(
      TensorScope into,
      int block,
      String method,
      Tensor x,
      HeldConstants constants,
      List<Tensor> context,
      BlockSeeds seeds) {
    ProgramLists lists = program.block(block).lists();
    return module.call(
        into,
        program.blockName(block) + "_" + method,
        x,
        blockWeights(block),
        parameters(lists, constants),
        context,
        seeds(seeds, block, into));
  }

  /** Whether the weights of blocks are read when they are asked for. */
  boolean streams() {
    return stream.isPresent();
  }

  /**
   * The weights that a block takes, in the order in which its program names them; where they are
   * streamed, valid until another block's are asked for.
   */
  List<Tensor> blockWeights(int block) {
    ProgramLists lists = program.block(block).lists();
    if (stream.isEmpty()) {
      return weights(lists);
    }
    Map<String, Tensor> read = stream.get().block(block);
    return lists.w.stream()
        .map(slot -> read.containsKey(slot.name()) ? read.get(slot.name()) : currentWeight(slot))
        .toList();
  }

  /** The vectors after the final norm, first, and what its way back needs. */
  List<Tensor> finalNorm(Tensor x, TensorScope into) {
    return module.call(into, "final_forward", x, weights(program.finalNorm));
  }

  Tensor seeds(BlockSeeds seeds, int block, TensorScope into) {
    return seeds == null ? noDropout : into.longs(seeds.of(block));
  }

  Tensor headSeed(BlockSeeds seeds, TensorScope into) {
    return seeds == null
        ? noDropoutScalar(into)
        : into.longs(new long[] {seeds.of(blocks())[0]}, 1);
  }

  Tensor noDropoutScalar(TensorScope into) {
    return into.longs(new long[] {-1}, 1);
  }

  List<Tensor> headWeights() {
    return weights(program.head);
  }

  List<Tensor> headParameters() {
    return parameters(program.head);
  }

  /** The tensors that a piece of the program takes as {@code w}; never empty. */
  List<Tensor> weights(ProgramLists lists) {
    List<Tensor> tensors = lists.w.stream().map(this::currentWeight).toList();
    return tensors.isEmpty() ? List.of(noDropout) : tensors;
  }

  /**
   * The tensors that a piece outside of blocks takes as {@code p}; never empty. Constants there are
   * the same for all texts.
   */
  List<Tensor> parameters(ProgramLists lists) {
    return parameters(lists, slot -> adapter.constant(slot));
  }

  /** The tensors that a piece of the program takes as {@code p}; never empty. */
  List<Tensor> parameters(ProgramLists lists, HeldConstants constants) {
    List<Tensor> tensors = parametersOrNone(lists, constants);
    return tensors.isEmpty() ? List.of(noDropout) : tensors;
  }

  List<Tensor> parametersOrNone(ProgramLists lists, HeldConstants constants) {
    Map<String, Tensor> following = derived.of(lists);
    return lists.p.stream().map(slot -> parameter(slot, following, constants)).toList();
  }

  private Tensor parameter(
      TensorSlot slot, Map<String, Tensor> following, HeldConstants constants) {
    if (following.containsKey(slot.name())) {
      return following.get(slot.name());
    }
    boolean isTrained = trainables != null && trainables.contains(slot);
    return isTrained ? trainables.compute(slot) : constants.get(slot);
  }

  /** What a kernel has derived. */
  Tensor derived(TensorSlot slot) {
    return derived.of(slot);
  }

  List<Tensor> gradients(ProgramLists lists) {
    List<Tensor> tensors = lists.g.stream().map(slot -> trainables.gradient(slot)).toList();
    return tensors.isEmpty() ? List.of(noDropout) : tensors;
  }

  private Tensor currentWeight(TensorSlot slot) {
    return trainables != null && trainables.contains(slot)
        ? trainables.compute(slot)
        : model.weight(slot);
  }

  @Override
  public void close() {
    stream.ifPresent(BlockStream::close);
    program.close();
  }
}
