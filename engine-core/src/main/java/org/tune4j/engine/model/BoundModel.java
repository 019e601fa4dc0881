package org.tune4j.engine.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.KernelModule;
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
  private final TrainableTensors trainables;
  private final ModelProgram program;
  private final KernelModule module;
  private final TensorScope scope;
  private final Tensor frequencies;
  private final Tensor factor;
  private final Tensor like;
  private final Tensor noDropout;
  private final int lowestTrained;

  /**
   * Binds.
   *
   * @param adapter null for the bare model
   * @param trainables everything that is trained; null when nothing is
   * @throws IllegalArgumentException if the adapter has parameters that are not among the
   *     trainables, or a trainable does not fit the model
   */
  public BoundModel(CausalLm model, Adapter adapter, TrainableTensors trainables) {
    requireFit(model, adapter, trainables);
    this.model = model;
    this.trainables = trainables;
    this.program = new ModelProgram(model.architecture(), adapter, trainables);
    this.module = program.module();
    this.scope = model.scope().nested();
    RopeSpec rope = model.architecture().rope();
    this.frequencies = scope.floats(rope.table(new int[] {0}));
    this.factor = scope.doubles(new double[] {rope.factor()}, 1);
    this.like = model.weight(model.architecture().embeddingSlot());
    this.noDropout = scope.longs(LongStream.generate(() -> -1).limit(BlockSeeds.SITES).toArray());
    int lowest = 0;
    while (lowest < model.architecture().blocks().size() && !program.block(lowest).trains()) {
      lowest++;
    }
    this.lowestTrained = program.trainsEmbedding ? 0 : lowest;
  }

  private static void requireFit(CausalLm model, Adapter adapter, TrainableTensors trainables) {
    Map<String, TensorSlot> known =
        model.architecture().slots().stream()
            .collect(Collectors.toMap(TensorSlot::name, slot -> slot));
    if (adapter != null) {
      for (Trainable parameter : adapter.parameters()) {
        TensorSlot slot = parameter.slot();
        known.put(slot.name(), slot);
        if (trainables == null || !trainables.contains(slot)) {
          throw new IllegalArgumentException(
              "The adapter's parameter " + slot.name() + " is not among the trainables");
        }
      }
    }
    if (trainables == null) {
      return;
    }
    for (Trainable trainable : trainables.all()) {
      TensorSlot slot = trainable.slot();
      TensorSlot wanted = known.get(slot.name());
      if (wanted == null || !wanted.shape().equals(slot.shape())) {
        throw new IllegalArgumentException(
            "The trainable "
                + slot.name()
                + slot.shape()
                + (wanted == null
                    ? " is neither of the model nor of the adapter"
                    : " must have the shape " + wanted.shape()));
      }
      if (trainables.compute(slot).dtype() != model.dtype()) {
        throw new IllegalArgumentException(
            "The trainable "
                + trainables.compute(slot)
                + " "
                + slot.name()
                + " does not go with a model in "
                + model.dtype());
      }
    }
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

  /** Uploads a batch, every document of it one text. */
  public BatchTensors upload(Batch batch, TensorScope into) {
    return new BatchTensors(batch, new int[batch.tokens()], this, into);
  }

  /**
   * Uploads a batch of documents of two texts each.
   *
   * @param segments for each token 0 where it belongs to the first text, 1 where to the second
   */
  public BatchTensors upload(Batch batch, int[] segments, TensorScope into) {
    return new BatchTensors(batch, segments, this, into);
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

  /** What a forward pass leaves for the backward pass. */
  public static final class Activations {
    private final BatchTensors batch;
    private final Recompute recompute;
    private final BlockSeeds seeds;
    private final Deque<TensorScope> scopes = new ArrayDeque<>();
    private final Deque<List<Tensor>> saved = new ArrayDeque<>();
    private final BoundModel model;
    private Tensor last;
    private List<Tensor> finalSaved;
    private boolean usedUp;

    private Activations(
        BoundModel model, BatchTensors batch, Recompute recompute, BlockSeeds seeds) {
      this.model = model;
      this.batch = batch;
      this.recompute = recompute;
      this.seeds = seeds;
    }

    /** The tokens' vectors after the final norm, {@code [N, hidden]}. */
    public Tensor hidden() {
      return finalSaved.get(0);
    }

    public BatchTensors batch() {
      return batch;
    }

    private void useUp(BoundModel by) {
      if (by != model) {
        throw new IllegalArgumentException("These activations are of another model");
      }
      if (usedUp) {
        throw new IllegalStateException("These activations went through a backward pass already");
      }
      usedUp = true;
    }
  }

  /**
   * Runs all blocks and keeps what the backward pass needs.
   *
   * @param seeds what random draws depend on; null for none (evaluation)
   * @param into the scope that everything kept belongs to
   */
  public Activations forward(
      BatchTensors batch, Recompute recompute, BlockSeeds seeds, TensorScope into) {
    requireOwn(batch);
    Objects.requireNonNull(recompute, "recompute");
    Activations a = new Activations(this, batch, recompute, seeds);
    Tensor x = embed(batch, into);
    for (int i = 0; i < architecture().blocks().size(); i++) {
      TensorScope own = into.nested();
      boolean keepInput = i >= lowestTrained;
      boolean keepAll = keepInput && recompute == Recompute.NONE;
      Tensor y;
      if (keepAll) {
        List<Tensor> out = callBlock(own, i, "forward", x, batch, seeds);
        y = into.adopt(out.get(0));
        a.saved.push(out.subList(1, out.size()));
      } else {
        y = callBlock(into, i, "infer", x, batch, seeds).get(0);
        a.saved.push(List.of(x));
      }
      if (!keepInput || keepAll) {
        x.close(); // the block's own list holds another handle on it where it is needed
      }
      a.scopes.push(own);
      x = y;
    }
    a.last = x;
    a.finalSaved = module.call(into, "final_forward", x, list(program.finalNorm, false));
    return a;
  }

  /**
   * Runs all blocks and keeps nothing: the tokens' vectors after the final norm, {@code [N,
   * hidden]}.
   */
  public Tensor hidden(BatchTensors batch, TensorScope into) {
    requireOwn(batch);
    try (TensorScope work = into.nested()) {
      Tensor x = embed(batch, work);
      for (int i = 0; i < architecture().blocks().size(); i++) {
        Tensor y = callBlock(work, i, "infer", x, batch, null).get(0);
        x.close();
        x = y;
      }
      List<Tensor> out = module.call(work, "final_forward", x, list(program.finalNorm, false));
      return into.adopt(out.get(0));
    }
  }

  /** Another model's vocabulary, positions or element type would be computed with unnoticed. */
  private void requireOwn(BatchTensors batch) {
    if (!batch.isFor(model)) {
      throw new IllegalArgumentException("The batch was uploaded for another model");
    }
  }

  /**
   * Runs all blocks backward and adds the gradients of everything trained.
   *
   * @param a of a forward pass of this model; a backward pass uses it up
   * @param gradient of the loss with respect to {@link Activations#hidden}
   */
  public void backward(Activations a, Tensor gradient) {
    a.useUp(this);
    if (!Arrays.equals(gradient.shape(), a.hidden().shape())
        || gradient.dtype() != a.hidden().dtype()) {
      throw new IllegalArgumentException(
          "A gradient " + gradient + " of hidden vectors " + a.hidden());
    }
    try (TensorScope work = scope.nested()) {
      Tensor g =
          module
              .call(
                  work,
                  "final_backward",
                  gradient,
                  a.last,
                  a.finalSaved,
                  list(program.finalNorm, false),
                  gradients(program.finalNorm))
              .get(0);
      for (int i = architecture().blocks().size() - 1; i >= lowestTrained; i--) {
        ProgramLists lists = program.block(i).lists();
        List<Tensor> saved = a.saved.pop();
        boolean kept = a.recompute == Recompute.NONE;
        Tensor below =
            module
                .call(
                    work,
                    program.blockName(i) + (kept ? "_backward" : "_recompute"),
                    g,
                    kept ? saved : saved.get(0),
                    list(lists, false),
                    list(lists, true),
                    gradients(lists),
                    a.batch.context,
                    seeds(a.seeds, i, work))
                .get(0);
        g.close();
        saved.forEach(Tensor::close);
        a.scopes.pop().close();
        g = below;
      }
      if (program.trainsEmbedding) {
        module.call(
            work,
            "embed_backward",
            g,
            a.batch.ids,
            a.batch.positions,
            a.batch.segments,
            list(program.embedding, false),
            list(program.embedding, true),
            gradients(program.embedding));
      }
    }
  }

  /** Scores {@code [rows, vocabulary]} of the next token, in fp32. */
  public Tensor logits(Tensor hidden, Tensor rows, TensorScope into) {
    return module
        .call(into, "logits", hidden, rows, headWeights(), headParameters(), noDropoutScalar(into))
        .get(0);
  }

  /**
   * The way back from {@link #logits}: the gradient with respect to the hidden vectors is written
   * into rows of {@code hiddenGradient}, those of the output layer are added up.
   *
   * @param gradient {@code [rows, vocabulary]}, of what is to be minimised with respect to the
   *     scores
   * @param seeds what random draws depend on; null for none
   */
  public void logitsBackward(
      Tensor hidden, Tensor rows, Tensor gradient, Tensor hiddenGradient, BlockSeeds seeds) {
    requireAsMany(hidden, hiddenGradient);
    long[] wanted = {rows.elements(), architecture().head().out().outputs()};
    if (!Arrays.equals(gradient.shape(), wanted)) {
      throw new IllegalArgumentException(
          gradient + ": wanted the shape " + Arrays.toString(wanted));
    }
    try (TensorScope work = scope.nested()) {
      module.call(
          work,
          "logits_backward",
          hidden,
          rows,
          headWeights(),
          headParameters(),
          headSeed(seeds, work),
          gradient,
          hiddenGradient,
          gradients(program.head));
    }
  }

  /** Negative log-likelihoods {@code [rows]} of target tokens, in nats. */
  public Tensor losses(Tensor hidden, Tensor rows, Tensor targets, TensorScope into) {
    requireAsMany(rows, targets);
    return module
        .call(
            into,
            "losses",
            hidden,
            rows,
            headWeights(),
            headParameters(),
            noDropoutScalar(into),
            targets)
        .get(0);
  }

  /**
   * Negative log-likelihoods, and their gradients: with respect to the hidden vectors written into
   * rows of {@code hiddenGradient}, those of the output layer added up.
   *
   * @param weights {@code [rows]}, what each token's gradient is multiplied with
   * @param seeds what random draws depend on; null for none
   */
  public Tensor lossesBackward(
      Tensor hidden,
      Tensor rows,
      Tensor targets,
      Tensor weights,
      Tensor hiddenGradient,
      BlockSeeds seeds,
      TensorScope into) {
    requireAsMany(rows, targets);
    requireAsMany(rows, weights);
    requireAsMany(hidden, hiddenGradient);
    return module
        .call(
            into,
            "losses_backward",
            hidden,
            rows,
            headWeights(),
            headParameters(),
            headSeed(seeds, into),
            targets,
            weights,
            hiddenGradient,
            gradients(program.head))
        .get(0);
  }

  /** Kernels would take the first of what is too much, or a number for many. */
  private static void requireAsMany(Tensor wanted, Tensor found) {
    if (!Arrays.equals(wanted.shape(), found.shape())) {
      throw new IllegalArgumentException(found + " does not go with " + wanted);
    }
  }

  private Tensor embed(BatchTensors batch, TensorScope into) {
    return module
        .call(
            into,
            "embed",
            batch.ids,
            batch.positions,
            batch.segments,
            list(program.embedding, false),
            list(program.embedding, true))
        .get(0);
  }

  private List<Tensor> callBlock(
      TensorScope into, int block, String method, Tensor x, BatchTensors batch, BlockSeeds seeds) {
    ProgramLists lists = program.block(block).lists();
    return module.call(
        into,
        program.blockName(block) + "_" + method,
        x,
        list(lists, false),
        list(lists, true),
        batch.context,
        seeds(seeds, block, into));
  }

  /**
   * Begins to continue texts: runs the prompts and keeps their keys and values.
   *
   * @param prompts each document is a row; the labels do not matter
   * @param places the most tokens a row will ever be given, those of its prompt included
   */
  public DecodeSession decode(Batch prompts, int places, SamplingRule rule) {
    requireContinuable();
    return new DecodeSession(this, prompts, places, 1, rule);
  }

  /**
   * Begins to continue texts in several ways each.
   *
   * @param copies the most rows that a prompt will become
   */
  public DecodeSession decode(Batch prompts, int places, int copies) {
    requireContinuable();
    return new DecodeSession(this, prompts, places, copies, SamplingRule.GREEDY);
  }

  private void requireContinuable() {
    if (!(architecture().head() instanceof LanguageHead) || !architecture().isCausal()) {
      throw new ConfigException(
          "Generation: a %s with the head %s continues no texts"
              .formatted(architecture().modelType(), architecture().head().out().module()));
    }
  }

  /**
   * Runs the prompts' blocks and stores every key and value: the tokens' vectors after the final
   * norm.
   */
  Tensor prefill(
      BatchTensors batch, Tensor places, List<Tensor> keys, List<Tensor> values, TensorScope into) {
    try (TensorScope work = into.nested()) {
      Tensor x = embed(batch, work);
      for (int i = 0; i < architecture().blocks().size(); i++) {
        ProgramLists lists = program.block(i).lists();
        Tensor y =
            module
                .call(
                    work,
                    program.blockName(i) + "_prefill",
                    x,
                    list(lists, false),
                    list(lists, true),
                    batch.context,
                    noDropout,
                    places,
                    keys.get(i),
                    values.get(i))
                .get(0);
        x.close();
        x = y;
      }
      List<Tensor> out = module.call(work, "final_forward", x, list(program.finalNorm, false));
      return into.adopt(out.get(0));
    }
  }

  /** Chooses the token after each of these rows of {@code hidden}: ids and log-probabilities. */
  List<Tensor> choose(Tensor hidden, Tensor rows, List<Tensor> choice, TensorScope into) {
    return module.call(
        into,
        "choose",
        hidden,
        rows,
        headWeights(),
        headParameters(),
        noDropoutScalar(into),
        choice.get(0),
        choice.get(1),
        choice.get(2));
  }

  /**
   * One more token for each row, the whole model and the choice of the next token in one call.
   *
   * @param arguments of the root method {@code decode}: ids, positions, {@link #decodeWeights},
   *     {@link #decodeParameters}, keys, values, {@link #decodeConstants}, then history, uniform
   *     numbers and settings; or of {@code scores}, without the last three
   */
  List<Tensor> callDecode(String method, List<Object> arguments, TensorScope into) {
    return module.call(into, method, arguments.toArray());
  }

  /** Every weight, in the order in which decoding takes them. */
  List<Tensor> decodeWeights() {
    List<Tensor> w = new ArrayList<>(list(program.embedding, false));
    for (int i = 0; i < architecture().blocks().size(); i++) {
      w.addAll(list(program.block(i).lists(), false));
    }
    w.addAll(list(program.finalNorm, false));
    w.addAll(headWeights());
    return w;
  }

  /** Every adapter parameter, in the order in which decoding takes them. */
  List<Tensor> decodeParameters() {
    List<Tensor> p = new ArrayList<>(parametersOrNone(program.embedding));
    for (int i = 0; i < architecture().blocks().size(); i++) {
      p.addAll(parametersOrNone(program.block(i).lists()));
    }
    p.addAll(parametersOrNone(program.head));
    return p.isEmpty() ? List.of(noDropout) : p;
  }

  /**
   * Rotary frequencies and factor, and the seeds that switch dropout off.
   *
   * @param texts tokens of each row, the one to come included
   */
  List<Tensor> decodeConstants(int[] texts, TensorScope into) {
    return List.of(frequencies(texts, into), factor, noDropout);
  }

  TensorScope scope() {
    return scope;
  }

  /** A scope for the tensors of one piece of work with this model, on its device; close it. */
  public TensorScope workScope() {
    return scope.beside();
  }

  private Tensor seeds(BlockSeeds seeds, int block, TensorScope into) {
    return seeds == null ? noDropout : into.longs(seeds.of(block));
  }

  private Tensor headSeed(BlockSeeds seeds, TensorScope into) {
    return seeds == null
        ? noDropoutScalar(into)
        : into.longs(new long[] {seeds.of(architecture().blocks().size())[0]}, 1);
  }

  private Tensor noDropoutScalar(TensorScope into) {
    return into.longs(new long[] {-1}, 1);
  }

  private List<Tensor> headWeights() {
    return list(program.head, false);
  }

  private List<Tensor> headParameters() {
    return list(program.head, true);
  }

  /**
   * The tensors that a piece of the program takes as {@code w} or {@code p}; a kernel's list is
   * never empty.
   */
  private List<Tensor> list(ProgramLists lists, boolean parameters) {
    List<Tensor> tensors =
        parameters ? parametersOrNone(lists) : lists.w.stream().map(this::currentWeight).toList();
    return tensors.isEmpty() ? List.of(noDropout) : tensors;
  }

  private List<Tensor> parametersOrNone(ProgramLists lists) {
    return lists.p.stream().map(slot -> trainables.compute(slot)).toList();
  }

  private List<Tensor> gradients(ProgramLists lists) {
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
    scope.close();
    program.close();
  }
}
