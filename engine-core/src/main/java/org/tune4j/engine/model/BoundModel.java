package org.tune4j.engine.model;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.HeldConstants;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A model with an adapter and with what is trained: the forward pass, block by block, and the
 * backward pass that adds the gradients up. Each block is one native call.
 *
 * <p>Not for use by two threads at once; several of them over one {@link CausalLm} are independent
 * of each other.
 */
public final class BoundModel implements AutoCloseable {
  private final CausalLm model;
  private final ProgramCalls calls;
  private final ModelProgram program;
  private final TensorScope scope;
  private final OutputLayer output;
  private final int lowestTrained;
  private final boolean dropout;
  private final boolean leavesLayersOut;
  private IntConsumer afterBlock = block -> {};

  /** Null where what forward keeps stays in memory. */
  private ActivationSpill spill;

  /**
   * Binds.
   *
   * @param adapter null for the bare model
   * @param trainables everything that is trained; null when nothing is
   * @throws IllegalArgumentException if the adapter has parameters that are not among the
   *     trainables, or a trainable does not fit the model
   */
  public BoundModel(CausalLm model, Adapter adapter, TrainableTensors trainables) {
    BindingCheck.requireFit(model, adapter, trainables);
    this.model = model;
    this.dropout = adapter != null && adapter.hasDropout();
    this.leavesLayersOut = adapter != null && adapter.leavesLayersOut();
    this.scope = model.scope().nested();
    this.calls = new ProgramCalls(model, adapter, trainables, scope);
    this.program = calls.program;
    this.output = new OutputLayer(calls, model.architecture(), scope);
    int lowest = 0;
    while (lowest < model.architecture().blocks().size() && !program.block(lowest).trains()) {
      lowest++;
    }
    this.lowestTrained = program.trainsEmbedding ? 0 : lowest;
  }

  public Architecture architecture() {
    return model.architecture();
  }

  /** The model that is bound; its weights never change. */
  public CausalLm base() {
    return model;
  }

  /** The element type of activations. */
  public DType dtype() {
    return model.dtype();
  }

  /** Whether passes with seeds differ: whether something is dropped at random in training. */
  public boolean hasDropout() {
    return dropout;
  }

  /** Whether passes with seeds leave whole adapted layers out. */
  public boolean leavesLayersOut() {
    return leavesLayersOut;
  }

  /** Whether something of the output layer is trained, or of an adapter there. */
  public boolean trainsHead() {
    return !program.head.g.isEmpty();
  }

  /** Learned tokens that stand before each text. */
  public int virtualTokens() {
    return calls.virtualPlaces().before();
  }

  /**
   * What these tokens are, {@code [tasks x count, columns]} in the type of masters: what the
   * adapter's kernel gives.
   *
   * @throws IllegalStateException if there are none
   */
  public Tensor virtualTokenValues(TensorScope into) {
    if (virtualTokens() == 0) {
      throw new IllegalStateException("No virtual tokens stand before the texts of this model");
    }
    return calls.virtualTokens(into);
  }

  /**
   * What an adapter's kernel derives of its parameters (see {@link
   * org.tune4j.engine.adapt.SiteKernel}), as they are now.
   *
   * @throws IllegalArgumentException if it is not derived
   */
  public Tensor derived(TensorSlot slot) {
    return calls.derived(slot);
  }

  /**
   * A batch as this model reads it: with room before each text for virtual tokens that take the
   * place of words.
   */
  public Batch read(Batch batch) {
    return calls.virtualPlaces().read(batch);
  }

  /** Uploads a batch. Which of two texts a token belongs to is left out where no table says it. */
  public BatchTensors upload(Batch batch, TensorScope into) {
    boolean one = batch.segments().length == 0 || architecture().embedding().segments().isEmpty();
    return upload(batch, one ? new int[batch.tokens()] : batch.segments(), into);
  }

  /**
   * Uploads a batch with other segments than it has.
   *
   * @param segments for each token 0 where it belongs to the first text, 1 where to the second
   */
  public BatchTensors upload(Batch batch, int[] segments, TensorScope into) {
    return new BatchTensors(batch, segments, model, calls, into);
  }

  /**
   * Runs all blocks and keeps what the backward pass needs.
   *
   * @param seeds what random draws depend on; null for none (evaluation)
   * @param into the scope that everything kept belongs to
   */
  public ForwardActivations forward(
      BatchTensors batch, Recompute recompute, BlockSeeds seeds, TensorScope into) {
    requireOwn(batch);
    Objects.requireNonNull(recompute, "recompute");
    VirtualPass virtual = calls.virtual(true, into);
    Optional<Tensor> balance = RouterBalance.of(architecture(), dtype(), into);
    HeldConstants constants = batch.constants(calls, into);
    ForwardActivations a =
        new ForwardActivations(this, batch, recompute, seeds, virtual, constants, balance);
    if (spill != null) {
      spill.begin();
    }
    Tensor x = embed(batch, virtual, into);
    int lowest = lowest(batch);
    for (int i = 0; i < architecture().blocks().size(); i++) {
      TensorScope own = into.nested();
      boolean keepInput = i >= lowest;
      boolean keepAll = keepInput && recompute == Recompute.NONE;
      Tensor y;
      if (keepAll) {
        List<Tensor> out =
            calls.block(own, i, "forward", x, constants, virtual.context(a.context, i), seeds);
        y = into.adopt(out.get(0));
        a.saved.push(keep(out.subList(1, out.size())));
      } else {
        y =
            calls
                .block(into, i, "infer", x, constants, virtual.context(a.context, i), seeds)
                .get(0);
        a.saved.push(keepInput ? keep(List.of(x)) : none -> List.of());
      }
      if (!keepInput || keepAll || spill != null) {
        x.close(); // the block's own list holds another handle on it where it is needed
      }
      a.scopes.push(own);
      x = y;
    }
    a.last = x;
    a.finalSaved = calls.finalNorm(x, into);
    return a;
  }

  /**
   * Runs all blocks and keeps nothing: the tokens' vectors after the final norm, {@code [N,
   * hidden]}, without dropout.
   */
  public Tensor hidden(BatchTensors batch, TensorScope into) {
    return hidden(batch, null, into);
  }

  /**
   * Runs all blocks and keeps nothing.
   *
   * @param seeds what random draws depend on, as in training; null for none
   */
  public Tensor hidden(BatchTensors batch, BlockSeeds seeds, TensorScope into) {
    return hiddenStates(batch, seeds, Set.of(), into).get(blocks());
  }

  /**
   * Runs all blocks and keeps what stands between some of them: transformers' {@code
   * hidden_states}.
   *
   * @param seeds what random draws depend on, as in training; null for none
   * @param layers how many blocks each went through, 0 for the embedded tokens; numbers of no block
   *     are passed over
   * @return {@code [N, hidden]} by layer; besides those that were asked for the last, after the
   *     final norm
   */
  public Map<Integer, Tensor> hiddenStates(
      BatchTensors batch, BlockSeeds seeds, Set<Integer> layers, TensorScope into) {
    requireOwn(batch);
    Map<Integer, Tensor> states = new HashMap<>();
    try (TensorScope work = into.nested()) {
      VirtualPass virtual = calls.virtual(false, work);
      HeldConstants constants = batch.constants(calls, work);
      Tensor x = embed(batch, virtual, work);
      for (int i = 0; i < blocks(); i++) {
        Tensor y =
            calls
                .block(work, i, "infer", x, constants, virtual.context(batch.context, i), seeds)
                .get(0);
        if (layers.contains(i)) {
          states.put(i, into.adopt(x));
        } else {
          x.close();
        }
        x = y;
      }
      states.put(blocks(), into.adopt(calls.finalNorm(x, work).get(0)));
      return states;
    }
  }

  /** Keeps tensors of a block; where they are spilled, their memory is free from then on. */
  private SavedTensors keep(List<Tensor> tensors) {
    if (spill == null) {
      return into -> tensors;
    }
    SavedTensors kept = spill.put(tensors);
    tensors.forEach(Tensor::close);
    return kept;
  }

  int blocks() {
    return architecture().blocks().size();
  }

  private Tensor embed(BatchTensors batch, VirtualPass virtual, TensorScope into) {
    return calls.embed(
        batch.ids, batch.positions, batch.segments, virtual.inputs(batch), batch.shift(), into);
  }

  /** The lowest block that a backward pass goes through. */
  int lowest(BatchTensors batch) {
    return batch.wantsInputGradient() ? 0 : lowestTrained;
  }

  /** Another model's vocabulary, positions or element type would be computed with unnoticed. */
  private void requireOwn(BatchTensors batch) {
    if (!batch.isFor(model)) {
      throw new IllegalArgumentException("The batch was uploaded for another model");
    }
  }

  /**
   * The load-balancing loss of a forward pass's routers (see {@link RouterLoss}), without its
   * coefficient. Its gradient joins those of the backward pass.
   *
   * @param scale what the gradient is multiplied with
   * @throws IllegalArgumentException if the family has no such loss
   */
  public double routerLoss(ForwardActivations a, double scale) {
    Tensor balance =
        a.balance.orElseThrow(
            () ->
                new IllegalArgumentException(
                    architecture().modelType() + " has no load-balancing loss"));
    return RouterBalance.loss(balance, architecture(), scale, scope);
  }

  /**
   * From the next forward pass on, puts what it keeps into files, from which the backward pass
   * reads it block by block. One forward pass at a time is kept.
   */
  public void spillActivations(Path folder) {
    spill = new ActivationSpill(folder, scope);
  }

  /**
   * Says what is done in a backward pass once the gradients of a block are there and those of the
   * block below are not begun; it may change the block's weights.
   */
  public void afterBlock(IntConsumer what) {
    afterBlock = Objects.requireNonNull(what, "what");
  }

  /**
   * Runs all blocks backward and adds the gradients of everything trained, and of the batch's
   * {@linkplain BatchTensors#shifted shift}.
   *
   * @param a of a forward pass of this model; a backward pass uses it up
   * @param gradient of the loss with respect to {@link ForwardActivations#hidden}
   */
  public void backward(ForwardActivations a, Tensor gradient) {
    a.useUp(this);
    if (!Arrays.equals(gradient.shape(), a.hidden().shape())
        || gradient.dtype() != a.hidden().dtype()) {
      throw new IllegalArgumentException(
          "A gradient " + gradient + " of hidden vectors " + a.hidden());
    }
    try (TensorScope work = scope.nested()) {
      Tensor g =
          calls
              .call(
                  work,
                  "final_backward",
                  gradient,
                  a.last,
                  a.finalSaved,
                  calls.weights(program.finalNorm),
                  calls.gradients(program.finalNorm))
              .get(0);
      for (int i = architecture().blocks().size() - 1; i >= lowest(a.batch); i--) {
        if (a.gradients.containsKey(i + 1)) {
          TensorOps.add(g, a.gradients.get(i + 1));
        }
        ProgramLists lists = program.block(i).lists();
        List<Tensor> saved = a.saved.pop().get(work);
        boolean kept = a.recompute == Recompute.NONE;
        Tensor below =
            calls
                .call(
                    work,
                    program.blockName(i) + (kept ? "_backward" : "_recompute"),
                    g,
                    kept ? saved : saved.get(0),
                    calls.blockWeights(i),
                    calls.parameters(lists, a.constants),
                    calls.gradients(lists),
                    a.virtual.context(a.context, i),
                    calls.seeds(a.seeds, i, work))
                .get(0);
        g.close();
        saved.forEach(Tensor::close);
        a.scopes.pop().close();
        g = below;
        afterBlock.accept(i);
      }
      if (program.trainsEmbedding || a.batch.wantsInputGradient()) {
        calls.call(
            work,
            "embed_backward",
            g,
            a.batch.ids,
            a.batch.positions,
            a.batch.segments,
            calls.weights(program.embedding),
            calls.parameters(program.embedding),
            a.virtual.inputs(a.batch),
            a.batch.shift(),
            calls.gradients(program.embedding),
            a.virtual.gradients().isEmpty() ? g : a.virtual.gradients().get(0));
      }
      calls.virtualBackward(a.virtual, work);
    }
  }

  /**
   * What the loss changes by, to first order, if tokens became others: inner products {@code [rows,
   * candidates]} of the gradient of inputs with the vectors that candidates are embedded by. The
   * change is the product of a candidate less that of the token which stands there (HotFlip,
   * Ebrahimi et al., 2018, eq. 1-3).
   *
   * @param gradient {@link InputShift#gradient}
   * @param rows flat positions
   * @param candidates token ids, in the vocabulary
   * @throws IllegalArgumentException if the gradient is none of hidden vectors
   */
  public Tensor swapProducts(Tensor gradient, Tensor rows, Tensor candidates, TensorScope into) {
    int hidden = architecture().hiddenSize();
    if (gradient.shape().length != 2 || gradient.shape()[1] != hidden) {
      throw new IllegalArgumentException(gradient + ": wanted the shape [N, " + hidden + "]");
    }
    return calls
        .call(
            into,
            "swap_products",
            gradient,
            rows,
            candidates,
            calls.weights(program.embedding),
            calls.parameters(program.embedding))
        .get(0);
  }

  /** What stands behind the blocks. */
  public OutputLayer output() {
    return output;
  }

  /**
   * Begins to continue texts: runs the prompts and keeps their keys and values.
   *
   * @param prompts each document is a row; the labels do not matter
   * @param places the most tokens a row will ever be given, those of its prompt included
   */
  public DecodeSession decode(Batch prompts, int places, SamplingRule rule) {
    return decode(prompts, places, rule, DecodeSession.PREFILL_CHUNK_SIZE);
  }

  /**
   * Begins to continue texts.
   *
   * @param prefillChunkSize the most tokens of a prompt that are read at a time; what they need
   *     besides the cache grows with it, and not with the prompt
   */
  public DecodeSession decode(Batch prompts, int places, SamplingRule rule, int prefillChunkSize) {
    return decode(prompts, places, rule, prefillChunkSize, List.of());
  }

  /**
   * Begins to continue texts, each with a part of the adapter of its own.
   *
   * @param adapterNames for each document what of the adapter it is computed with; empty for what
   *     is active. What that is stays the same for all of the session
   * @throws ConfigException if a name means nothing to the adapter
   */
  public DecodeSession decode(
      Batch prompts,
      int places,
      SamplingRule rule,
      int prefillChunkSize,
      List<String> adapterNames) {
    requireContinuable();
    return new DecodeSession(this, calls, prompts, places, 1, rule, prefillChunkSize, adapterNames);
  }

  /**
   * Begins to continue texts in several ways each.
   *
   * @param copies the most rows that a prompt will become
   */
  public DecodeSession decode(Batch prompts, int places, int copies) {
    return decode(prompts, places, copies, List.of());
  }

  /**
   * Begins to continue texts in several ways each, each text with a part of the adapter of its own.
   *
   * @param copies the most rows that a prompt will become
   * @param adapterNames as {@link #decode(Batch, int, SamplingRule, int, List)} has them
   */
  public DecodeSession decode(Batch prompts, int places, int copies, List<String> adapterNames) {
    requireContinuable();
    return new DecodeSession(
        this,
        calls,
        prompts,
        places,
        copies,
        SamplingRule.GREEDY,
        DecodeSession.PREFILL_CHUNK_SIZE,
        adapterNames);
  }

  private void requireContinuable() {
    int tasks = calls.virtualPlaces().tasks();
    if (tasks > 1) {
      throw new ConfigException(
          "Generation: the model has virtual tokens of %d tasks; choose one of them (task_id)"
              .formatted(tasks));
    }
    if (!(architecture().head() instanceof LanguageHead) || !architecture().isCausal()) {
      throw new ConfigException(
          "Generation: a %s with the head %s continues no texts"
              .formatted(architecture().modelType(), architecture().head().out().module()));
    }
  }

  TensorScope scope() {
    return scope;
  }

  /** A scope for the tensors of one piece of work with this model, on its device; close it. */
  public TensorScope workScope() {
    return scope.beside();
  }

  @Override
  public void close() {
    scope.close();
    calls.close();
  }
}
