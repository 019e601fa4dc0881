package org.tune4j.engine.objective;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.DocumentHash;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * What a teacher said of rows, kept in a file: of each labelled token the k likeliest next tokens,
 * and what all others have together. It takes the teacher's place, which then need not be in
 * memory. {@link TeacherLogitsWriter} writes the file.
 */
public final class TeacherLogits implements Teacher, AutoCloseable {
  private final TeacherLogitsFile file;
  private final Map<ByteBuffer, Integer> documents = new HashMap<>();

  private TeacherLogits(TeacherLogitsFile file) {
    this.file = file;
    List<ByteBuffer> hashes = file.documents();
    for (int d = 0; d < hashes.size(); d++) {
      documents.put(hashes.get(d), d);
    }
  }

  /**
   * Opens a file.
   *
   * @throws org.tune4j.engine.ModelFormatException if there is none, or it is not whole or holds
   *     something else
   * @throws org.tune4j.engine.StorageException if it cannot be read
   */
  public static TeacherLogits open(Path path) {
    return new TeacherLogits(TeacherLogitsFile.open(path));
  }

  /** What it depends on: the teacher, and how much of it was kept. */
  public String identity() {
    return "top %d of teacher %s".formatted(file.topK(), file.said(TeacherLogitsFile.TEACHER));
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
    String made = file.said(TeacherLogitsFile.TOKENIZER);
    if (!tokenizer.equals(made)) {
      throw new ConfigException(
          "%s: the teacher's logits were made with the tokenizer of SHA-256 %s, and here it is %s; make them anew"
              .formatted(file.path(), made, tokenizer));
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
    return documents.containsKey(DocumentHash.of(batch, 0, batch.tokens()));
  }

  /**
   * Compares with how it would be made now.
   *
   * @throws ConfigException if it was made of another teacher, or with another number of tokens
   */
  public void requireTeacher(CausalLm teacher, int wantedTopK) {
    String wanted = TeacherLogitsWriter.fingerprint(teacher);
    if (file.topK() != wantedTopK || !wanted.equals(file.said(TeacherLogitsFile.TEACHER))) {
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
    if (file.temperature() != wanted) {
      throw new ConfigException(
          "%s: the teacher's logits were softened by a temperature of %s, and wanted is %s; make them anew"
              .formatted(file.path(), file.temperature(), wanted));
    }
  }

  @Override
  public void requireFor(BoundModel student) {
    DistillationObjective.requireSame(student.architecture(), student.architecture());
    int outputs = student.architecture().head().out().outputs();
    if (outputs != file.vocabulary()) {
      throw new ConfigException(
          "%s: the teacher's vocabulary has %d tokens and the student's %d; they must be the same"
              .formatted(file.path(), file.vocabulary(), outputs));
    }
    if (student.virtualTokens() > 0) {
      throw new ConfigException(
          "distillation: virtual tokens stand before the student's texts, which the teacher did not"
              + " read");
    }
  }

  @Override
  public Taught read(BatchTensors tensors, Set<Integer> layers, TensorScope into) {
    long[] places = places(tensors.batch(), tensors.labelledRows().length);
    return new Taught() {
      @Override
      public List<Tensor> scores(int first, int[] rows, TensorScope step) {
        return file.scores(Arrays.copyOfRange(places, first, first + rows.length), step);
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
    Integer found = documents.get(DocumentHash.of(batch, start, batch.sequenceLengths()[document]));
    if (found == null) {
      throw new DataException(
          "%s: has no teacher's logits of %s, example %d; make them anew, of these rows"
              .formatted(file.path(), batch.sources().get(document), batch.exampleIds()[document]));
    }
    return file.first(found, learned);
  }

  @Override
  public void close() {
    file.close();
  }
}
