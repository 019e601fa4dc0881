package org.tune4j.engine.objective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What a teacher said of rows, kept in a file: of each labelled token the k likeliest next tokens,
 * and what all others have together. It takes the teacher's place, which then need not be in
 * memory.
 *
 * <p>The file is safetensors that {@link TeacherLogitsWriter} writes. Tensors: {@code ids} I32
 * {@code [tokens, k]}, rising; {@code log_probs} F32 {@code [tokens, k + 1]}, softened by the
 * temperature, the last of all other tokens together ({@code [tokens, k]} where k is the
 * vocabulary); {@code documents} U8 {@code [documents, 32]}, the SHA-256 of each document's ids and
 * labels; {@code first_tokens} I64 {@code [documents + 1]}, where each document's tokens begin.
 * Metadata: see the constants.
 */
public final class TeacherLogits implements Teacher, AutoCloseable {
  static final String FORMAT = "tune4j_teacher_logits";
  static final String VERSION = "1";
  static final String TOP_K = "top_k";
  static final String TEMPERATURE = "temperature";
  static final String VOCABULARY = "vocab_size";
  static final String TOKENIZER = "tokenizer_sha256";
  static final String TEACHER = "teacher_sha256";
  static final String IDS = "ids";
  static final String LOG_PROBS = "log_probs";
  static final String DOCUMENTS = "documents";
  static final String FIRST_TOKENS = "first_tokens";
  static final int HASH_BYTES = 32;

  /** By how much probabilities in fp32 may miss 1 in sum. */
  private static final double ROUNDING = 1e-3;

  private final SafetensorsFile file;
  private final int topK;
  private final int known;
  private final int vocabulary;
  private final double temperature;
  private final Map<ByteBuffer, Integer> documents = new HashMap<>();
  private final long[] firstTokens;

  private TeacherLogits(SafetensorsFile file) {
    this.file = file;
    String version = file.metadata().get(FORMAT);
    if (!VERSION.equals(version)) {
      throw wrong(
          "these are no teacher's logits: %s: wanted %s, found %s"
              .formatted(FORMAT, VERSION, shown(version)));
    }
    this.topK = (int) number(TOP_K, Integer.MAX_VALUE);
    this.vocabulary = (int) number(VOCABULARY, Integer.MAX_VALUE);
    this.temperature = number(TEMPERATURE, Double.MAX_VALUE);
    if (topK < 1 || topK > vocabulary) {
      throw wrong("%s: wanted 1 to %d, found %d".formatted(TOP_K, vocabulary, topK));
    }
    this.known = topK < vocabulary ? topK + 1 : topK;
    long count = tensor(DOCUMENTS, StoredType.U8, -1, HASH_BYTES).shape()[0];
    if (count > Integer.MAX_VALUE / HASH_BYTES) {
      throw wrong(DOCUMENTS + ": wanted fewer than 2^26, found " + count);
    }
    tensor(FIRST_TOKENS, StoredType.I64, count + 1);
    this.firstTokens = new long[(int) count + 1];
    read(FIRST_TOKENS, 0, 8 * firstTokens.length).asLongBuffer().get(firstTokens);
    long tokens = firstTokens[firstTokens.length - 1];
    tensor(IDS, StoredType.I32, tokens, topK);
    tensor(LOG_PROBS, StoredType.F32, tokens, known);
    ByteBuffer hashes = read(DOCUMENTS, 0, (int) count * HASH_BYTES);
    for (int d = 0; d < count; d++) {
      if (firstTokens[d] < 0 || firstTokens[d] > firstTokens[d + 1]) {
        throw wrong("%s: %d at %d goes back".formatted(FIRST_TOKENS, firstTokens[d + 1], d + 1));
      }
      documents.put(hashes.slice(d * HASH_BYTES, HASH_BYTES), d);
    }
  }

  /**
   * Opens a file.
   *
   * @throws ModelFormatException if there is none, or it is not whole or holds something else
   * @throws org.tune4j.engine.StorageException if it cannot be read
   */
  public static TeacherLogits open(Path path) {
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      return new TeacherLogits(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private ModelFormatException wrong(String what) {
    return new ModelFormatException(file.path() + ": " + what);
  }

  private static String shown(String value) {
    return value == null ? "none" : Shortened.text(value);
  }

  private double number(String name, double most) {
    String text = file.metadata().get(name);
    try {
      double number = Double.parseDouble(String.valueOf(text));
      if (number > 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    throw wrong("%s: wanted a number above 0, found %s".formatted(name, shown(text)));
  }

  /** A tensor of this type and these sizes; -1 is for any. */
  private TensorInfo tensor(String name, StoredType dtype, long... shape) {
    TensorInfo info = file.tensors().get(name);
    boolean fits = info != null && info.dtype() == dtype && info.shape().length == shape.length;
    for (int i = 0; fits && i < shape.length; i++) {
      fits = shape[i] < 0 ? info.shape()[i] >= 0 : shape[i] == info.shape()[i];
    }
    if (!fits) {
      throw wrong(
          "tensor %s: wanted %s%s, found %s"
              .formatted(name, dtype, Arrays.toString(shape), info == null ? "none" : info));
    }
    return info;
  }

  private ByteBuffer read(String name, long offset, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.read(name, offset, bytes);
    return bytes.flip();
  }

  /** What it depends on: the teacher, and how much of it was kept. */
  public String identity() {
    return "top %d of teacher %s".formatted(topK, shown(file.metadata().get(TEACHER)));
  }

  /**
   * Compares with what a run learns of it.
   *
   * @param tokenizer {@link org.tune4j.engine.tokenize.Tokenizer#fingerprint}
   * @param rows some of those that will be learned
   * @throws ConfigException if it was made with another tokenizer
   * @throws DataException if it does not have one of these rows
   */
  public void requireFor(String tokenizer, List<EncodedExample> rows) {
    String made = file.metadata().get(TOKENIZER);
    if (!tokenizer.equals(made)) {
      throw new ConfigException(
          "%s: the teacher's logits were made with the tokenizer of SHA-256 %s, and here it is %s; make them anew"
              .formatted(file.path(), shown(made), tokenizer));
    }
    long missing = rows.stream().filter(row -> row.labelCount() > 0 && !has(row)).count();
    if (missing > 0) {
      throw new DataException(
          "%s: the teacher's logits are of other rows: %d of the first %d are missing; make them anew"
              .formatted(file.path(), missing, rows.size()));
    }
  }

  private boolean has(EncodedExample row) {
    Batch batch = Batch.of(List.of(row));
    return documents.containsKey(hash(batch, 0, batch.tokens()));
  }

  /**
   * Compares with how it would be made now.
   *
   * @throws ConfigException if it was made of another teacher, or with another number of tokens
   */
  public void requireTeacher(CausalLm teacher, int wantedTopK) {
    String wanted = TeacherLogitsWriter.fingerprint(teacher);
    if (topK != wantedTopK || !wanted.equals(file.metadata().get(TEACHER))) {
      throw new ConfigException(
          "%s: has the %s, and wanted is the top %d of teacher %s; delete it to make it anew, or name another file"
              .formatted(file.path(), identity(), wantedTopK, wanted));
    }
  }

  /**
   * Compares the temperature.
   *
   * @throws ConfigException if it is another: what was kept is softened by it
   */
  void requireTemperature(double wanted) {
    if (temperature != wanted) {
      throw new ConfigException(
          "%s: the teacher's logits were softened by a temperature of %s, and wanted is %s; make them anew"
              .formatted(file.path(), temperature, wanted));
    }
  }

  @Override
  public void requireFor(BoundModel student) {
    DistillationObjective.requireSame(student.architecture(), student.architecture());
    int outputs = student.architecture().head().out().outputs();
    if (outputs != vocabulary) {
      throw new ConfigException(
          "%s: the teacher's vocabulary has %d tokens and the student's %d; they must be the same"
              .formatted(file.path(), vocabulary, outputs));
    }
    if (student.virtualTokens() > 0) {
      throw new ConfigException(
          "distillation: virtual tokens stand before the student's texts, which the teacher did not"
              + " read");
    }
  }

  /** What tells a document of a batch from others: its ids, and which of them are learned. */
  static ByteBuffer hash(Batch batch, int start, int length) {
    ByteBuffer numbers = ByteBuffer.allocate(2 * Integer.BYTES * length);
    numbers.asIntBuffer().put(batch.tokenIds(), start, length).put(batch.labels(), start, length);
    return ByteBuffer.wrap(Sha256.digest().digest(numbers.array()));
  }

  @Override
  public Taught read(BatchTensors tensors, Set<Integer> layers, TensorScope into) {
    long[] places = places(tensors.batch(), tensors.labelledRows().length);
    return new Taught() {
      @Override
      public List<Tensor> scores(int first, int[] rows, TensorScope step) {
        return TeacherLogits.this.scores(
            Arrays.copyOfRange(places, first, first + rows.length), step);
      }

      @Override
      public Tensor hidden(int layer) {
        throw new IllegalStateException("No hidden vectors are kept of a teacher");
      }
    };
  }

  /** Which token of the file each labelled token of a batch is. */
  private long[] places(Batch batch, int tokens) {
    long[] places = new long[tokens];
    int token = 0;
    int start = 0;
    for (int d = 0; d < batch.sequenceLengths().length; d++) {
      int end = start + batch.sequenceLengths()[d];
      int learned =
          (int) Arrays.stream(batch.labels(), start, end).filter(label -> label >= 0).count();
      long first = learned == 0 ? 0 : first(batch, d, start, learned);
      for (int i = 0; i < learned; i++) {
        places[token++] = first + i;
      }
      start = end;
    }
    return places;
  }

  private long first(Batch batch, int document, int start, int learned) {
    Integer found = documents.get(hash(batch, start, batch.sequenceLengths()[document]));
    if (found == null) {
      throw new DataException(
          "%s: has no teacher's logits of %s, example %d; make them anew, of these rows"
              .formatted(file.path(), batch.sources().get(document), batch.exampleIds()[document]));
    }
    long first = firstTokens[found];
    if (firstTokens[found + 1] - first != learned) {
      throw wrong(
          "document %d has %d tokens, wanted %d"
              .formatted(found, firstTokens[found + 1] - first, learned));
    }
    return first;
  }

  /** Ids and log-probabilities of tokens of the file. */
  private List<Tensor> scores(long[] places, TensorScope into) {
    long[] ids = new long[places.length * topK];
    double[] logProbs = new double[places.length * known];
    for (int from = 0; from < places.length; ) {
      int run = 1;
      while (from + run < places.length && places[from + run] == places[from] + run) {
        run++;
      }
      ByteBuffer idBytes = read(IDS, 4L * topK * places[from], 4 * topK * run);
      ByteBuffer logBytes = read(LOG_PROBS, 4L * known * places[from], 4 * known * run);
      for (int t = from; t < from + run; t++) {
        for (int i = 0; i < topK; i++) {
          ids[t * topK + i] = idBytes.getInt();
        }
        for (int i = 0; i < known; i++) {
          logProbs[t * known + i] = logBytes.getFloat();
        }
        requireSound(places[t], ids, t * topK, logProbs, t * known);
      }
      from += run;
    }
    return List.of(
        into.longs(ids, places.length, topK), into.doubles(logProbs, places.length, known));
  }

  /** A kernel would read beside the scores by an id that is none. */
  private void requireSound(long token, long[] ids, int firstId, double[] logProbs, int firstLog) {
    double sum = 0;
    for (int i = firstLog; i < firstLog + known; i++) {
      sum += Math.exp(logProbs[i]);
    }
    long before = -1;
    boolean rising = true;
    for (int i = firstId; i < firstId + topK; i++) {
      rising &= ids[i] > before && ids[i] < vocabulary;
      before = ids[i];
    }
    // Also where one is minus infinity, of which a gradient would be NaN.
    boolean finite = Arrays.stream(logProbs, firstLog, firstLog + known).allMatch(Double::isFinite);
    if (!rising || !finite || Math.abs(sum - 1) > ROUNDING) {
      throw wrong(
          "token %d: wanted rising ids below %d and finite log-probabilities of 1 in sum; the file is damaged"
              .formatted(token, vocabulary));
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
