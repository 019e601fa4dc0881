package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.adapt.HeldConstants;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** The program's methods of generation, and the tensors that they take. */
final class DecodeCalls {
  private final ProgramCalls calls;
  private final TensorScope scope;
  private final List<Tensor> weights;
  private final HeldConstants held;
  private final boolean differs;
  private TensorScope rowScope;
  private int[] documents;
  private HeldConstants constants;
  private List<Tensor> parameters;

  /**
   * @param adapterNames for each document what of the adapter it is computed with; empty for what
   *     is active
   * @param documents how many there are, each of them a row at first
   * @param scope of the session
   */
  DecodeCalls(ProgramCalls calls, List<String> adapterNames, int documents, TensorScope scope) {
    this.calls = calls;
    this.scope = scope;
    this.weights = calls.streams() ? List.of() : weights();
    this.held = calls.hold(adapterNames, documents, scope);
    this.differs = !adapterNames.isEmpty();
    this.rowScope = scope.nested();
    this.documents = IntStream.range(0, documents).toArray();
    this.constants = differs ? held.rows(this.documents, rowScope) : held;
    this.parameters = parameters();
  }

  /** Says which document each row is of from now on. */
  void rows(int[] rowDocuments) {
    boolean changes = differs && !Arrays.equals(documents, rowDocuments);
    documents = rowDocuments;
    if (changes) {
      rowScope.close();
      rowScope = scope.nested();
      constants = held.rows(documents, rowScope);
      parameters = parameters();
    }
  }

  /** The constants for the tokens of a chunk. */
  private HeldConstants constants(PromptChunk part, TensorScope work) {
    return differs
        ? held.rows(Arrays.stream(part.rows()).map(row -> documents[row]).toArray(), work)
        : held;
  }

  /**
   * One more token a row.
   *
   * @param positions places of the tokens in their rows
   * @param constants as {@link #constants} gives them
   */
  record Step(
      Tensor ids,
      Tensor positions,
      List<Tensor> keys,
      List<Tensor> values,
      List<Tensor> constants) {}

  /** Appends a token to each row: the scores {@code [rows, vocabulary]} of the next. */
  Tensor scores(Step step, TensorScope into) {
    return calls.streams()
        ? streamedScores(step, into)
        : calls.call(into, "scores", arguments(step).toArray()).get(0);
  }

  /** Appends a token to each row and chooses the next: ids and log-probabilities. */
  List<Tensor> decode(Step step, List<Tensor> choice, TensorScope into) {
    if (!calls.streams()) {
      List<Object> arguments = arguments(step);
      arguments.addAll(choice);
      return calls.call(into, "decode", arguments.toArray());
    }
    try (TensorScope work = into.nested()) {
      return calls.call(
          into,
          "decode_choose",
          streamedScores(step, work),
          step.ids,
          step.positions,
          choice.get(0),
          choice.get(1),
          choice.get(2));
    }
  }

  private List<Object> arguments(Step step) {
    List<Object> arguments =
        new ArrayList<>(
            List.of(step.ids, step.positions, weights, parameters, step.keys, step.values));
    arguments.addAll(step.constants);
    return arguments;
  }

  /** The same block by block, since not all weights are in memory at once. */
  private Tensor streamedScores(Step step, TensorScope into) {
    ModelProgram program = calls.program;
    try (TensorScope work = into.nested()) {
      List<Tensor> begun =
          calls.call(
              work,
              "decode_begin",
              step.ids,
              step.positions,
              calls.weights(program.embedding),
              calls.parameters(program.embedding),
              step.keys.get(0),
              step.constants.get(0),
              step.constants.get(1));
      Tensor x = begun.get(0);
      for (int i = 0; i < calls.blocks(); i++) {
        x =
            calls
                .call(
                    work,
                    program.blockName(i) + "_decode",
                    x,
                    calls.blockWeights(i),
                    calls.parameters(program.block(i).lists(), constants),
                    begun.subList(1, begun.size()),
                    calls.noDropout,
                    step.keys.get(i),
                    step.values.get(i))
                .get(0);
      }
      return calls
          .call(
              into,
              "decode_end",
              x,
              calls.weights(program.finalNorm),
              calls.headWeights(),
              calls.headParameters(),
              calls.noDropout)
          .get(0);
    }
  }

  /**
   * Runs prompts through the blocks, a chunk of each at a time, and stores every key and value. So
   * what is held besides the cache does not grow with their lengths.
   *
   * @param rowSize places of a row in a cache
   * @param chunk the most tokens of a prompt that are read at a time
   * @param last {@code [rows, hidden]}, gets the vectors of the prompts' last tokens, after the
   *     final norm
   */
  void prefill(
      Batch prompts,
      long rowSize,
      int chunk,
      List<Tensor> keys,
      List<Tensor> values,
      Tensor last,
      TensorScope scope) {
    VirtualPlaces places = calls.virtualPlaces();
    Batch read = places.read(prompts);
    try (TensorScope whole = scope.nested()) {
      VirtualPass virtual = calls.virtual(false, whole);
      int past = 0;
      while (past < read.sequenceLengths()[0]) {
        // What stands in place of words is read at once.
        int size = chunk + (past == 0 ? places.inputs() : 0);
        try (TensorScope work = whole.nested()) {
          PromptChunk part = PromptChunk.of(read, past, size, rowSize, calls, work);
          Tensor hidden = prefill(part, virtual, keys, values, work);
          for (PromptChunk.Ending end : part.ending()) {
            TensorOps.copy(
                TensorOps.rows(work, last, end.row(), 1),
                TensorOps.rows(work, hidden, end.token(), 1));
          }
        }
        past += size;
      }
    }
  }

  /**
   * Goes on with texts whose first tokens are stored, all equally many.
   *
   * @param texts the longest first, with these tokens
   * @param past tokens of each that are stored, virtual ones left out
   * @return the vectors of all tokens after these, row by row, after the final norm
   */
  Tensor extend(
      Batch texts,
      int past,
      long rowSize,
      List<Tensor> keys,
      List<Tensor> values,
      TensorScope into) {
    VirtualPlaces places = calls.virtualPlaces();
    try (TensorScope work = into.nested()) {
      PromptChunk rest =
          PromptChunk.of(
              places.read(texts),
              places.inputs() + past,
              texts.sequenceLengths()[0],
              rowSize,
              calls,
              work);
      return into.adopt(prefill(rest, calls.virtual(false, work), keys, values, work));
    }
  }

  private Tensor prefill(
      PromptChunk part,
      VirtualPass virtual,
      List<Tensor> keys,
      List<Tensor> values,
      TensorScope work) {
    Tensor x =
        calls.embed(
            part.ids(),
            part.positions(),
            part.segments(),
            virtual.inputs(part.ids(), part.virtualRows()),
            List.of(part.ids()),
            work);
    HeldConstants own = constants(part, work);
    for (int i = 0; i < calls.blocks(); i++) {
      ProgramLists lists = calls.program.block(i).lists();
      Tensor y =
          calls
              .call(
                  work,
                  calls.program.blockName(i) + "_prefill",
                  x,
                  calls.blockWeights(i),
                  calls.parameters(lists, own),
                  virtual.context(part.context(), i),
                  calls.noDropout,
                  part.places(),
                  part.past(),
                  keys.get(i),
                  values.get(i))
              .get(0);
      x.close();
      x = y;
    }
    return part.ending().isEmpty() ? x : calls.finalNorm(x, work).get(0);
  }

  /** Chooses the token after each of these rows of {@code hidden}: ids and log-probabilities. */
  List<Tensor> choose(Tensor hidden, Tensor rows, List<Tensor> choice, TensorScope into) {
    return calls.call(
        into,
        "choose",
        hidden,
        rows,
        calls.headWeights(),
        calls.headParameters(),
        calls.noDropoutScalar(into),
        choice.get(0),
        choice.get(1),
        choice.get(2));
  }

  /** Calls another of the methods of generation. */
  List<Tensor> call(String method, List<Object> arguments, TensorScope into) {
    return calls.call(into, method, arguments.toArray());
  }

  /** Every weight, in the order in which decoding takes them. */
  private List<Tensor> weights() {
    List<Tensor> w = new ArrayList<>(calls.weights(calls.program.embedding));
    for (int i = 0; i < calls.blocks(); i++) {
      w.addAll(calls.weights(calls.program.block(i).lists()));
    }
    w.addAll(calls.weights(calls.program.finalNorm));
    w.addAll(calls.headWeights());
    return w;
  }

  /** Every adapter parameter, in the order in which decoding takes them. */
  private List<Tensor> parameters() {
    List<Tensor> p = new ArrayList<>(calls.parametersOrNone(calls.program.embedding, held));
    for (int i = 0; i < calls.blocks(); i++) {
      p.addAll(calls.parametersOrNone(calls.program.block(i).lists(), constants));
    }
    p.addAll(calls.parametersOrNone(calls.program.head, held));
    return p.isEmpty() ? List.of(calls.noDropout) : p;
  }

  /**
   * Rotary frequencies and factor, and the seeds that switch dropout off.
   *
   * @param texts tokens of each row, the one to come included
   */
  List<Tensor> constants(int[] texts, TensorScope into) {
    return calls.decodeConstants(texts, into);
  }
}
