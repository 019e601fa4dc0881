package org.tune4j.rlhf.preference;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.TreeMap;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorSource;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.DocumentHash;
import org.tune4j.engine.data.EncodedExample;

/**
 * The file of what a reference says of rows, safetensors. Tensors: {@code log_probs} F64 {@code
 * [tokens]}, in nats, of the tokens of one answer after the other; {@code first_tokens} I64 {@code
 * [documents + 1]}, where each answer's begin; {@code documents} U8 {@code [documents, 32]}, see
 * {@link DocumentHash}. Metadata: which model said it, and with which tokenizer.
 */
final class ReferenceFile {
  private static final String FORMAT = "tune4j_ref_log_probs";
  private static final String VERSION = "1";
  private static final String LOG_PROBS = "log_probs";
  private static final String FIRST_TOKENS = "first_tokens";
  private static final String DOCUMENTS = "documents";

  /** More are no file of this program: they would not fit into an array. */
  private static final int MOST_DOCUMENTS = Integer.MAX_VALUE / DocumentHash.BYTES - 1;

  private final SafetensorsFile file;

  private ReferenceFile(SafetensorsFile file) {
    this.file = file;
  }

  /**
   * Reads what a file says of rows.
   *
   * @param identity who must have said it: names and values
   * @throws ModelFormatException if it is not whole, or holds something else
   * @throws ConfigException if somebody else said it
   * @throws DataException if it has not all of these rows
   */
  static KeptReference read(Path path, Map<String, String> identity, List<EncodedExample> rows) {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      ReferenceFile kept = new ReferenceFile(file);
      kept.requireSaidBy(identity);
      return kept.of(rows);
    }
  }

  /**
   * Writes what is known; the file appears when it is whole.
   *
   * @throws NumericalException if there are numbers that are none
   * @throws org.tune4j.engine.StorageException if it cannot be written
   */
  static void write(Path path, Map<String, String> identity, KeptReference known) {
    if (!known.byDocument().values().stream()
        .flatMapToDouble(Arrays::stream)
        .allMatch(Double::isFinite)) {
      throw new NumericalException(
          path
              + ": the reference's log-probabilities are not finite; nothing can be learned by it");
    }
    List<ByteBuffer> hashes = List.copyOf(known.byDocument().keySet());
    List<double[]> answers = List.copyOf(known.byDocument().values());
    ByteBuffer firsts = bytes(Long.BYTES * (answers.size() + 1)).putLong(0);
    ByteBuffer documents = bytes(DocumentHash.BYTES * answers.size());
    long tokens = 0;
    for (int d = 0; d < answers.size(); d++) {
      tokens += answers.get(d).length;
      firsts.putLong(tokens);
      documents.put(hashes.get(d).duplicate());
    }
    Map<String, String> metadata = new TreeMap<>(identity);
    metadata.put(FORMAT, VERSION);
    SafetensorsWriter.write(
        path,
        metadata,
        List.of(
            new TensorToWrite(LOG_PROBS, StoredType.F64, new long[] {tokens}, numbers(answers)),
            tensor(FIRST_TOKENS, StoredType.I64, firsts, answers.size() + 1),
            tensor(DOCUMENTS, StoredType.U8, documents, answers.size(), DocumentHash.BYTES)));
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static TensorToWrite tensor(
      String name, StoredType dtype, ByteBuffer all, long... shape) {
    return new TensorToWrite(
        name,
        dtype,
        shape,
        (offset, into) -> into.put(all.slice(Math.toIntExact(offset), into.remaining())));
  }

  /** Pieces come in their order, and are of whole numbers. */
  private static TensorSource numbers(List<double[]> answers) {
    PrimitiveIterator.OfDouble each = answers.stream().flatMapToDouble(Arrays::stream).iterator();
    return (offset, into) -> {
      while (into.hasRemaining()) {
        into.putDouble(each.nextDouble());
      }
    };
  }

  private ModelFormatException wrong(String what) {
    return new ModelFormatException(file.path() + ": " + what);
  }

  private String said(String name) {
    String value = file.metadata().get(name);
    return value == null ? "none" : Shortened.text(value);
  }

  private void requireSaidBy(Map<String, String> identity) {
    if (!VERSION.equals(file.metadata().get(FORMAT))) {
      throw wrong(
          "these are no log-probabilities of a reference: %s: wanted %s, found %s"
              .formatted(FORMAT, VERSION, said(FORMAT)));
    }
    new TreeMap<>(identity)
        .forEach(
            (name, wanted) -> {
              if (!wanted.equals(file.metadata().get(name))) {
                throw new ConfigException(
                    "%s: was made with %s %s, and wanted is %s; delete it to have it made anew, or name another file"
                        .formatted(file.path(), name, said(name), Shortened.text(wanted)));
              }
            });
  }

  private KeptReference of(List<EncodedExample> rows) {
    Map<ByteBuffer, long[]> places = places();
    Map<ByteBuffer, double[]> found = new LinkedHashMap<>();
    String first = null;
    int missing = 0;
    for (EncodedExample row : rows) {
      Batch alone = Batch.of(List.of(row));
      int start = 0;
      boolean isThere = true;
      for (int d = 0; d < alone.documents(); d++) {
        int length = alone.sequenceLengths()[d];
        ByteBuffer hash = DocumentHash.of(alone, start, length);
        long[] place = places.get(hash);
        isThere &= place != null;
        if (place != null && !found.containsKey(hash)) {
          found.put(hash, read(place, AnswerRows.of(alone).lengths()[d], row));
        }
        start += length;
      }
      first = isThere || first != null ? first : row.source();
      missing += isThere ? 0 : 1;
    }
    if (missing > 0) {
      throw new DataException(
          "%s: is of other rows: %d of %d are not in it, the first of them %s; delete it to have it made anew, or name another file"
              .formatted(file.path(), missing, rows.size(), first));
    }
    return new KeptReference(found);
  }

  /** Where each document's numbers begin and end. */
  private Map<ByteBuffer, long[]> places() {
    long count = file.require(DOCUMENTS, StoredType.U8, -1, DocumentHash.BYTES).shape()[0];
    if (count > MOST_DOCUMENTS) {
      throw wrong(DOCUMENTS + ": wanted at most " + MOST_DOCUMENTS + ", found " + count);
    }
    int documents = (int) count;
    file.require(FIRST_TOKENS, StoredType.I64, count + 1);
    long tokens = file.require(LOG_PROBS, StoredType.F64, -1).shape()[0];
    ByteBuffer hashes = read(DOCUMENTS, 0, documents * DocumentHash.BYTES);
    ByteBuffer firsts = read(FIRST_TOKENS, 0, (documents + 1) * Long.BYTES);
    Map<ByteBuffer, long[]> places = new HashMap<>();
    for (int d = 0; d < documents; d++) {
      long from = firsts.getLong(d * Long.BYTES);
      long to = firsts.getLong((d + 1) * Long.BYTES);
      if (from < 0 || to < from || to > tokens) {
        throw wrong("%s: %d to %d at %d, of %d".formatted(FIRST_TOKENS, from, to, d, tokens));
      }
      places.put(hashes.slice(d * DocumentHash.BYTES, DocumentHash.BYTES), new long[] {from, to});
    }
    return places;
  }

  private double[] read(long[] place, int tokens, EncodedExample row) {
    if (place[1] - place[0] != tokens) {
      throw wrong(
          "%s: wanted %d numbers, found %d".formatted(row.source(), tokens, place[1] - place[0]));
    }
    double[] numbers = new double[tokens];
    read(LOG_PROBS, place[0] * Double.BYTES, tokens * Double.BYTES).asDoubleBuffer().get(numbers);
    for (double number : numbers) {
      if (!Double.isFinite(number)) {
        throw wrong("%s: wanted log-probabilities, found %s".formatted(row.source(), number));
      }
    }
    return numbers;
  }

  private ByteBuffer read(String name, long offset, int length) {
    ByteBuffer bytes = bytes(length);
    file.read(name, offset, bytes);
    return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
  }
}
