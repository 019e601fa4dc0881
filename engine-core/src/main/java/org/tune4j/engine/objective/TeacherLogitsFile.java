package org.tune4j.engine.objective;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.data.DocumentHash;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The file of {@link TeacherLogits}, safetensors. Tensors: {@code ids} I32 {@code [tokens, k]},
 * rising; {@code log_probs} F32 {@code [tokens, k + 1]}, softened by the temperature, the last of
 * all other tokens together ({@code [tokens, k]} where k is the vocabulary); {@code documents} U8
 * {@code [documents, 32]}, the SHA-256 of each document's ids and labels; {@code first_tokens} I64
 * {@code [documents + 1]}, where each document's tokens begin. Metadata: see the constants.
 */
final class TeacherLogitsFile implements AutoCloseable {
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

  /** By how much probabilities in fp32 may miss 1 in sum. */
  private static final double ROUNDING = 1e-3;

  private final SafetensorsFile file;
  private final int topK;
  private final int known;
  private final int vocabulary;
  private final double temperature;
  private final long[] firstTokens;
  private final ByteBuffer hashes;

  private TeacherLogitsFile(SafetensorsFile file) {
    this.file = file;
    if (!VERSION.equals(said(FORMAT))) {
      throw wrong(
          "these are no teacher's logits: %s: wanted %s, found %s"
              .formatted(FORMAT, VERSION, said(FORMAT)));
    }
    this.topK = (int) number(TOP_K, Integer.MAX_VALUE);
    this.vocabulary = (int) number(VOCABULARY, Integer.MAX_VALUE);
    this.temperature = number(TEMPERATURE, Double.MAX_VALUE);
    if (topK < 1 || topK > vocabulary) {
      throw wrong("%s: wanted 1 to %d, found %d".formatted(TOP_K, vocabulary, topK));
    }
    this.known = topK < vocabulary ? topK + 1 : topK;
    long count = file.require(DOCUMENTS, StoredType.U8, -1, DocumentHash.BYTES).shape()[0];
    if (count > Integer.MAX_VALUE / DocumentHash.BYTES) {
      throw wrong(DOCUMENTS + ": wanted fewer than 2^26, found " + count);
    }
    file.require(FIRST_TOKENS, StoredType.I64, count + 1);
    this.firstTokens = new long[(int) count + 1];
    read(FIRST_TOKENS, 0, Long.BYTES * firstTokens.length).asLongBuffer().get(firstTokens);
    for (int d = 0; d < count; d++) {
      if (firstTokens[d] < 0 || firstTokens[d] > firstTokens[d + 1]) {
        throw wrong("%s: %d at %d goes back".formatted(FIRST_TOKENS, firstTokens[d + 1], d + 1));
      }
    }
    this.hashes = read(DOCUMENTS, 0, (int) count * DocumentHash.BYTES);
    long tokens = firstTokens[firstTokens.length - 1];
    file.require(IDS, StoredType.I32, tokens, topK);
    file.require(LOG_PROBS, StoredType.F32, tokens, known);
  }

  /** Opens a file: see {@link TeacherLogits#open}. */
  static TeacherLogitsFile open(Path path) {
    SafetensorsFile file = SafetensorsFile.open(path);
    try {
      return new TeacherLogitsFile(file);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private ModelFormatException wrong(String what) {
    return new ModelFormatException(file.path() + ": " + what);
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
    throw wrong("%s: wanted a number above 0, found %s".formatted(name, said(name)));
  }

  private ByteBuffer read(String name, long offset, int length) {
    ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    file.read(name, offset, bytes);
    return bytes.flip();
  }

  Path path() {
    return file.path();
  }

  /** How many tokens are kept of each. */
  int topK() {
    return topK;
  }

  int vocabulary() {
    return vocabulary;
  }

  double temperature() {
    return temperature;
  }

  /** What the metadata say of something, for a message and to be compared. */
  String said(String name) {
    String value = file.metadata().get(name);
    return value == null ? "none" : Shortened.text(value);
  }

  /** The hash of each document. */
  List<ByteBuffer> documents() {
    return IntStream.range(0, firstTokens.length - 1)
        .mapToObj(d -> hashes.slice(d * DocumentHash.BYTES, DocumentHash.BYTES))
        .toList();
  }

  /**
   * Where a document's tokens begin.
   *
   * @param learned how many it must have
   */
  long first(int document, int learned) {
    long first = firstTokens[document];
    if (firstTokens[document + 1] - first != learned) {
      throw wrong(
          "document %d has %d tokens, wanted %d"
              .formatted(document, firstTokens[document + 1] - first, learned));
    }
    return first;
  }

  /** Ids and log-probabilities of tokens of the file. */
  List<Tensor> scores(long[] places, TensorScope into) {
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
