package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.DataException;
import org.tune4j.engine.adapt.HeldConstants;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A batch in native memory, with what every block needs of it. Lives in the scope that it was made
 * in.
 */
public final class BatchTensors {
  private final Batch batch;
  private final CausalLm model;
  final Tensor ids;
  final Tensor positions;
  final Tensor segments;

  /**
   * The tokens that are virtual, and where tasks have their own which these are; a tensor nobody
   * reads for none.
   */
  final List<Tensor> virtual;

  /** Cosine, sine, the balance of routers (kernel file {@code routing.py}), then groups. */
  final List<Tensor> context;

  private final int[] words;
  private final int[] labelled;
  private final Optional<InputShift> shift;
  private final List<String> adapterNames;

  /**
   * Uploads a batch for a model.
   *
   * @param written as {@link BoundModel#read} has not yet changed it
   * @param segments for each token which text of its document it belongs to
   */
  BatchTensors(
      Batch written, int[] segments, CausalLm model, ProgramCalls calls, TensorScope scope) {
    Architecture architecture = model.architecture();
    VirtualPlaces places = calls.virtualPlaces();
    requireKnown(written, architecture);
    requireSegments(written, segments, architecture);
    this.batch = places.read(written);
    this.model = model;
    int longest = places.prefix() + Arrays.stream(batch.sequenceLengths()).max().orElse(0);
    if (longest > architecture.embedding().longestText()) {
      throw new DataException(
          "A text of %d tokens: the model has positions for %d; cut it (max_length)"
              .formatted(longest, architecture.embedding().longestText()));
    }
    this.ids = scope.longs(batch.tokenIds());
    this.virtual = virtual(places, batch, ids, scope);
    this.segments = scope.longs(places.segments(written, segments));
    this.positions =
        scope.longs(Arrays.stream(batch.positions()).map(p -> places.prefix() + p).toArray());
    this.context = new ArrayList<>(calls.rope(positions, texts(batch, places.prefix()), scope));
    context.add(scope.empty(DType.FLOAT32, 0, 1));
    context.addAll(AttentionGroups.of(batch.sequenceLengths(), scope));
    this.words = written.sequenceLengths();
    this.labelled = labelled(batch.labels());
    this.shift = Optional.empty();
    this.adapterNames = List.of();
  }

  private BatchTensors(BatchTensors same, Optional<InputShift> shift, List<String> adapterNames) {
    this.batch = same.batch;
    this.model = same.model;
    this.ids = same.ids;
    this.positions = same.positions;
    this.segments = same.segments;
    this.virtual = same.virtual;
    this.context = same.context;
    this.words = same.words;
    this.labelled = same.labelled;
    this.shift = shift;
    this.adapterNames = adapterNames;
  }

  private static List<Tensor> virtual(
      VirtualPlaces places, Batch read, Tensor none, TensorScope scope) {
    if (places.inputs() == 0) {
      return List.of(none);
    }
    Tensor rows = scope.longs(places.rows(read));
    return places.tasks() == 1 ? List.of(rows) : List.of(rows, scope.longs(places.tokens(read)));
  }

  /**
   * The same batch with something added to the vectors of its tokens; shares memory with this one.
   * Every pass over it adds it, and every backward pass gives its gradient.
   *
   * @throws IllegalArgumentException if the shift has another shape than {@code [N, hidden]}, N the
   *     tokens of {@link #batch}
   */
  public BatchTensors shifted(InputShift shift) {
    long[] wanted = {batch.tokens(), model.architecture().hiddenSize()};
    if (!Arrays.equals(shift.values().shape(), wanted)) {
      throw new IllegalArgumentException(
          "A shift " + shift.values() + ": wanted the shape " + Arrays.toString(wanted));
    }
    return new BatchTensors(this, Optional.of(shift), adapterNames);
  }

  /**
   * The same batch, computed with what the adapter has under these names; shares memory with this
   * one. What names mean is looked up by each pass.
   *
   * @param names for each document of {@link #batch}
   */
  public BatchTensors withAdapters(List<String> names) {
    return new BatchTensors(this, shift, List.copyOf(names));
  }

  /** The adapter's constants for a pass over this batch. */
  HeldConstants constants(ProgramCalls calls, TensorScope into) {
    HeldConstants held = calls.hold(adapterNames, batch.documents(), into);
    return adapterNames.isEmpty() ? held : held.rows(documents(), into);
  }

  /** For each token the document that it is of. */
  private int[] documents() {
    int[] lengths = batch.sequenceLengths();
    return IntStream.range(0, lengths.length)
        .flatMap(document -> IntStream.generate(() -> document).limit(lengths[document]))
        .toArray();
  }

  /** Whether something is added to the vectors of its tokens. */
  public boolean isShifted() {
    return shift.isPresent();
  }

  /** Whether the gradient of the inputs is wanted. */
  boolean wantsInputGradient() {
    return shift.filter(InputShift::wantsGradient).isPresent();
  }

  /** The shift and where its gradient is added up; a tensor nobody reads for none. */
  List<Tensor> shift() {
    return shift.map(each -> List.of(each.values(), each.gradient())).orElse(List.of(ids));
  }

  /** Kernels would read beside the embedding. */
  static void requireKnown(Batch batch, Architecture architecture) {
    if (batch.tokens() == 0) {
      throw new DataException("The batch has no token: there is nothing to upload");
    }
    for (int id : batch.tokenIds()) {
      if (id < 0 || id >= architecture.vocabularySize()) {
        throw new DataException(
            "Token id "
                + id
                + " is outside the model's vocabulary of "
                + architecture.vocabularySize()
                + ": does the tokenizer belong to this model?");
      }
    }
  }

  private static void requireSegments(Batch batch, int[] segments, Architecture architecture) {
    int most = architecture.embedding().segments().map(EmbeddingSpec.Table::rows).orElse(1);
    if (segments.length != batch.tokens()
        || !Arrays.stream(segments).allMatch(segment -> segment >= 0 && segment < most)) {
      throw new DataException(
          "Segments: wanted a number from 0 to %d for each of %d tokens, found %s"
              .formatted(most - 1, batch.tokens(), Arrays.toString(segments)));
    }
  }

  private static int[] labelled(int[] labels) {
    return IntStream.range(0, labels.length).filter(t -> labels[t] >= 0).toArray();
  }

  /** For each token the length of its document, with what stands before it. */
  private static int[] texts(Batch batch, int prefix) {
    return Arrays.stream(batch.sequenceLengths())
        .flatMap(length -> IntStream.generate(() -> prefix + length).limit(length))
        .toArray();
  }

  /** The context of a pass that tells how balanced its routers were. */
  List<Tensor> contextWith(Tensor balance) {
    List<Tensor> own = new ArrayList<>(context);
    own.set(2, balance);
    return own;
  }

  /** Whether it was uploaded for this model, with whatever adapter. */
  boolean isFor(CausalLm other) {
    return model == other;
  }

  /** The batch as the model reads it: see {@link BoundModel#read}. */
  public Batch batch() {
    return batch;
  }

  /** How many tokens of each document are words, and no learned vectors that stand for one. */
  public int[] words() {
    return words.clone();
  }

  /** The flat positions whose next token is learned, in order. */
  public int[] labelledRows() {
    return labelled.clone();
  }
}
