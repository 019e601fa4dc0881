package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Texts being continued: the keys and values of every token so far, allocated once. Row {@code i}
 * is document {@code i} of the prompts' batch until {@link #keep} leaves rows out. One step is one
 * native call.
 *
 * <p>Belongs to one thread, like the {@link BoundModel} that it came from.
 */
public final class DecodeSession implements AutoCloseable {
  /**
   * What was chosen for each row.
   *
   * @param ids {@code [rows]}
   * @param logProbs {@code [rows]}, natural logarithms, under the model's own distribution: before
   *     penalty, temperature and filters
   */
  public record Choice(int[] ids, double[] logProbs) {}

  /** Tokens of a prompt that are read at a time, where nobody says otherwise. */
  public static final int PREFILL_CHUNK_SIZE = 512;

  private final BoundModel model;
  private final DecodeCalls calls;
  private final TensorScope scope;
  private final List<Tensor> keys = new ArrayList<>();
  private final List<Tensor> values = new ArrayList<>();
  private final Tensor settings;
  private final Tensor history;
  private final Tensor hidden;
  private final int before;
  private final int places;
  private final int room;
  private int[] lengths;

  /** Of each row, which of the prompts it continues. */
  private int[] documents;

  /**
   * @param copies rows that there is room for, for each prompt
   * @param chunk the most tokens of a prompt that are read at a time
   * @param adapterNames for each prompt what of the adapter it is computed with; empty for what is
   *     active
   */
  DecodeSession(
      BoundModel model,
      ProgramCalls program,
      Batch prompts,
      int places,
      int copies,
      SamplingRule rule,
      int chunk,
      List<String> adapterNames) {
    if (chunk < 1) {
      throw new IllegalArgumentException("Prompts in chunks of " + chunk + " tokens");
    }
    this.before = program.virtualPlaces().before();
    this.places = before + places;
    requireRoom(prompts, copies, model.architecture().embedding().longestText());
    BatchTensors.requireKnown(prompts, model.architecture());
    this.model = model;
    this.scope = model.scope().nested();
    try {
      this.calls = new DecodeCalls(program, adapterNames, prompts.documents(), scope);
      this.documents = IntStream.range(0, prompts.documents()).toArray();
      this.settings = scope.doubles(rule.settings(), rule.settings().length);
      this.lengths = Arrays.stream(prompts.sequenceLengths()).map(n -> before + n).toArray();
      this.history = history(prompts, rule.readsHistory() ? this.places : 0);
      this.room = lengths.length * copies;
      allocate();
      this.hidden =
          TensorOps.zeros(scope, model.dtype(), lengths.length, model.architecture().hiddenSize());
      calls.prefill(prompts, rowSize(), chunk, keys, values, hidden, scope);
    } catch (RuntimeException e) {
      scope.close();
      throw e;
    }
  }

  private void requireRoom(Batch prompts, int copies, int longestText) {
    int longest = before + Arrays.stream(prompts.sequenceLengths()).max().orElse(0);
    if (places < longest) {
      throw new IllegalArgumentException(
          places + " places a row are too few for a prompt of " + longest + " tokens");
    }
    if (places > longestText) {
      throw new DataException(
          "%d tokens with those to come: the model has positions for %d; ask for fewer new tokens"
              .formatted(places, longestText));
    }
    long rows = (long) prompts.documents() * copies;
    if (rows * places > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          rows + " rows of " + places + " places are more than 2^31 tokens");
    }
  }

  private void allocate() {
    for (BlockSpec block : model.architecture().blocks()) {
      AttentionSpec a = block.attention();
      keys.add(TensorOps.zeros(scope, model.dtype(), cache(a, a.cached().first())));
      values.add(TensorOps.zeros(scope, model.dtype(), cache(a, a.cached().second())));
    }
  }

  private long[] cache(AttentionSpec attention, int size) {
    return new long[] {room, attention.cached().heads(), places, size};
  }

  /** The tokens of each row {@code [rows, places]}, repeating the first where there is none. */
  private Tensor history(Batch prompts, int places) {
    int rows = lengths.length;
    long[] ids = new long[Math.multiplyExact(rows, places)];
    int from = 0;
    for (int row = 0; row < rows; row++) {
      for (int t = 0; t < places; t++) {
        boolean isText = t >= before && t < lengths[row];
        ids[row * places + t] = prompts.tokenIds()[from + (isText ? t - before : 0)];
      }
      from += lengths[row] - before;
    }
    return scope.longs(ids, rows, places);
  }

  /** Places of a row in a cache. */
  private long rowSize() {
    return (long) model.architecture().blocks().get(0).attention().cached().heads() * places;
  }

  /** Rows in use. */
  public int rows() {
    return lengths.length;
  }

  /**
   * Chooses the first new token of each row; to be called once.
   *
   * @param uniforms {@code [rows]} in [0, 1): what the draw of each row comes from
   * @throws IllegalStateException if it was called before
   */
  public Choice first(double[] uniforms) {
    requireUniforms(uniforms);
    try (TensorScope work = scope.nested();
        Tensor done = hidden) {
      return choice(
          calls.choose(
              done, work.longs(IntStream.range(0, rows()).toArray()), rule(uniforms, work), work));
    }
  }

  /**
   * Appends a token to each row and chooses the next one.
   *
   * @param ids {@code [rows]}
   * @param uniforms {@code [rows]} in [0, 1)
   * @throws IllegalStateException if a row has no place left
   */
  public Choice next(int[] ids, double[] uniforms) {
    requireUniforms(uniforms);
    try (TensorScope work = scope.nested()) {
      List<Tensor> chosen = calls.decode(step(ids, work), rule(uniforms, work), work);
      advance();
      return choice(chosen);
    }
  }

  /** Appends a token to each row: the scores {@code [rows, vocabulary]} of the next, in fp32. */
  Tensor scores(int[] ids, TensorScope into) {
    try (TensorScope work = scope.nested()) {
      Tensor scores = calls.scores(step(ids, work), into);
      advance();
      return scores;
    }
  }

  /**
   * The best ways to go on, of each prompt over all of its rows.
   *
   * @param scores {@code [prompts][count]}, the highest first
   * @param rows the row that each goes on, counted within its prompt
   * @param ids the token that each adds
   */
  public record Candidates(double[][] scores, int[][] rows, int[][] ids) {}

  /** The best first tokens of each prompt; to be called once, in place of {@link #first}. */
  public Candidates firstCandidates(int count) {
    try (TensorScope work = scope.nested();
        Tensor done = hidden) {
      Tensor scores =
          model.output().logits(done, work.longs(IntStream.range(0, rows()).toArray()), work);
      return candidates(scores, new double[rows()], 1, count, work);
    }
  }

  /**
   * Appends a token to each row.
   *
   * @param ids {@code [rows]}
   * @param sums {@code [rows]}, what a row's score is added to
   * @param rowsEach so many rows in a row belong to the same prompt
   * @throws IllegalStateException if a row has no place left
   */
  public Candidates nextCandidates(int[] ids, double[] sums, int rowsEach, int count) {
    if (sums.length != rows() || rowsEach < 1 || rows() % rowsEach != 0) {
      throw new IllegalArgumentException(
          "%d sums of %d rows, %d each".formatted(sums.length, rows(), rowsEach));
    }
    try (TensorScope work = scope.nested()) {
      return candidates(scores(ids, work), sums, rowsEach, count, work);
    }
  }

  /**
   * The vector of each prompt's last token after the final norm, {@code [rows, hidden]}; of this
   * session, and gone once a token was chosen.
   */
  public Tensor lastHidden() {
    return hidden;
  }

  /**
   * Appends several tokens to each row at once. All rows must be equally long.
   *
   * @param texts for each row its whole text, which begins with the tokens that it has; the longest
   *     first
   * @return the vectors of the appended tokens after the final norm, row by row {@code [tokens,
   *     hidden]}
   * @throws IllegalArgumentException if the texts are not as many as the rows, a row gets no token,
   *     or one has no place left
   */
  public Tensor extend(Batch texts, TensorScope into) {
    int[] sizes = texts.sequenceLengths();
    int past = Arrays.stream(lengths).max().orElse(before) - before;
    boolean equal = Arrays.stream(lengths).allMatch(length -> length == before + past);
    if (!equal
        || sizes.length != rows()
        || sizes.length == 0
        || sizes[sizes.length - 1] <= past
        || before + sizes[0] > places) {
      throw new IllegalArgumentException(
          "Texts of %s tokens for rows of %s: wanted a longer text for each of equal rows, and at most %d"
              .formatted(Arrays.toString(sizes), Arrays.toString(lengths), places - before));
    }
    BatchTensors.requireKnown(texts, model.architecture());
    Tensor all = calls.extend(texts, past, rowSize(), keys, values, into);
    for (int row = 0; row < sizes.length; row++) {
      lengths[row] = before + sizes[row];
    }
    return all;
  }

  private Candidates candidates(
      Tensor scores, double[] sums, int rowsEach, int count, TensorScope work) {
    int vocabulary = model.architecture().vocabularySize();
    int each = (int) Math.min(count, (long) rowsEach * vocabulary);
    Tensor sizes = work.longs(new long[] {rowsEach, each});
    List<Tensor> found =
        calls.call("candidates", List.of(scores, work.doubles(sums, sums.length), sizes), work);
    double[] flat = found.get(0).toDoubles();
    long[] at = found.get(1).toLongs();
    int prompts = rows() / rowsEach;
    Candidates all =
        new Candidates(new double[prompts][each], new int[prompts][each], new int[prompts][each]);
    for (int i = 0; i < flat.length; i++) {
      all.scores()[i / each][i % each] = flat[i];
      all.rows()[i / each][i % each] = (int) (at[i] / vocabulary);
      all.ids()[i / each][i % each] = (int) (at[i] % vocabulary);
    }
    return all;
  }

  /**
   * Goes on with copies of rows: new row {@code i} is what was row {@code rows[i]}. Costs a copy of
   * all of them.
   *
   * @param rows as many as there is room for, or fewer
   */
  public void copy(int[] rows) {
    if (rows.length > room || !Arrays.stream(rows).allMatch(row -> row >= 0 && row < rows())) {
      throw new IllegalArgumentException(
          "Copies of rows %s: wanted at most %d of %d rows"
              .formatted(Arrays.toString(rows), room, rows()));
    }
    lengths = Arrays.stream(rows).map(row -> lengths[row]).toArray();
    follow(rows);
    try (TensorScope work = scope.nested()) {
      List<Tensor> all = new ArrayList<>(keys);
      all.addAll(values);
      Tensor target = work.longs(IntStream.range(0, rows.length).toArray());
      calls.call("move", List.of(all, target, work.longs(rows)), work);
    }
  }

  /**
   * Goes on with some rows only: new row {@code i} is what was row {@code rows[i]}. Costs a copy of
   * each row that changes its place.
   *
   * @param rows distinct; {@code rows[i]} is {@code i} or not below {@code rows.length}
   */
  public void keep(int[] rows) {
    requireRows(rows);
    int[] kept = new int[rows.length];
    List<Integer> moved = new ArrayList<>();
    for (int i = 0; i < rows.length; i++) {
      kept[i] = lengths[rows[i]];
      if (rows[i] != i) {
        moved.add(i);
      }
    }
    lengths = kept;
    follow(rows);
    if (moved.isEmpty()) {
      return;
    }
    try (TensorScope work = scope.nested()) {
      List<Tensor> all = new ArrayList<>(keys);
      all.addAll(values);
      all.add(history);
      Tensor target = work.longs(moved.stream().mapToInt(i -> i).toArray());
      Tensor source = work.longs(moved.stream().mapToInt(i -> rows[i]).toArray());
      calls.call("move", List.of(all, target, source), work);
    }
  }

  private void follow(int[] rows) {
    documents = Arrays.stream(rows).map(row -> documents[row]).toArray();
    calls.rows(documents);
  }

  private void requireRows(int[] rows) {
    Set<Integer> seen = new HashSet<>();
    for (int i = 0; i < rows.length; i++) {
      boolean stays = rows[i] == i || rows[i] >= rows.length;
      if (!stays || rows[i] >= lengths.length || !seen.add(rows[i])) {
        throw new IllegalArgumentException(
            "Keeping rows %s of %d: wanted each once, and none below %d but where it stands"
                .formatted(Arrays.toString(rows), lengths.length, rows.length));
      }
    }
  }

  private void requireUniforms(double[] uniforms) {
    if (uniforms.length != rows() || !Arrays.stream(uniforms).allMatch(u -> u >= 0 && u < 1)) {
      throw new IllegalArgumentException(
          "Uniform numbers: wanted %d, from 0 up to but not 1, found %s"
              .formatted(rows(), Arrays.toString(uniforms)));
    }
  }

  private void requireNext(int[] ids) {
    int vocabulary = model.architecture().vocabularySize();
    if (ids.length != rows() || !Arrays.stream(ids).allMatch(id -> id >= 0 && id < vocabulary)) {
      throw new IllegalArgumentException(
          "Next tokens: wanted %d ids below %d, found %s"
              .formatted(rows(), vocabulary, Arrays.toString(ids)));
    }
    if (Arrays.stream(lengths).anyMatch(length -> length >= places)) {
      throw new IllegalStateException("A row has no place left: each has " + places);
    }
  }

  private DecodeCalls.Step step(int[] ids, TensorScope work) {
    requireNext(ids);
    int[] texts = Arrays.stream(lengths).map(length -> length + 1).toArray();
    return new DecodeCalls.Step(
        work.longs(ids), work.longs(lengths), keys, values, calls.constants(texts, work));
  }

  private List<Tensor> rule(double[] uniforms, TensorScope work) {
    Tensor inUse = TensorOps.rows(work, history, 0, rows());
    return List.of(inUse, work.doubles(uniforms, rows()), settings);
  }

  private void advance() {
    for (int row = 0; row < lengths.length; row++) {
      lengths[row]++;
    }
  }

  private static Choice choice(List<Tensor> chosen) {
    int[] ids = Arrays.stream(chosen.get(0).toLongs()).mapToInt(Math::toIntExact).toArray();
    return new Choice(ids, chosen.get(1).toDoubles());
  }

  @Override
  public void close() {
    scope.close();
  }
}
