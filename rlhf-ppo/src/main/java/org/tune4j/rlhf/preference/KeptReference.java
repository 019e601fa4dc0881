package org.tune4j.rlhf.preference;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.DocumentHash;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.LengthBatches;
import org.tune4j.engine.model.BoundModel;

/** What a model said of rows before it was changed: 8 bytes a token of an answer. */
final class KeptReference implements ReferencePolicy {
  private final Map<ByteBuffer, double[]> byDocument;

  /** What is known already: the log-probabilities of an answer's tokens by its document's hash. */
  KeptReference(Map<ByteBuffer, double[]> byDocument) {
    this.byDocument = new LinkedHashMap<>(byDocument);
  }

  /**
   * Has a model read rows.
   *
   * @param model is not needed any more afterwards
   */
  static KeptReference of(BoundModel model, List<EncodedExample> rows) {
    ModelReference said = new ModelReference(model);
    Map<ByteBuffer, double[]> byDocument = new LinkedHashMap<>();
    for (List<EncodedExample> each : LengthBatches.of(rows, LengthBatches.DEFAULT_TOKENS)) {
      Batch batch = Batch.of(each);
      double[] all = said.logProbs(batch);
      int first = 0;
      int start = 0;
      AnswerRows answers = AnswerRows.of(batch);
      for (int d = 0; d < batch.documents(); d++) {
        int end = first + answers.lengths()[d];
        int length = batch.sequenceLengths()[d];
        byDocument.put(DocumentHash.of(batch, start, length), Arrays.copyOfRange(all, first, end));
        first = end;
        start += length;
      }
    }
    return new KeptReference(byDocument);
  }

  /** All that is known. */
  Map<ByteBuffer, double[]> byDocument() {
    return Collections.unmodifiableMap(byDocument);
  }

  @Override
  public double[] logProbs(Batch batch) {
    AnswerRows answers = AnswerRows.of(batch);
    double[] all = new double[answers.rows().length];
    int first = 0;
    int start = 0;
    for (int d = 0; d < batch.documents(); d++) {
      int length = batch.sequenceLengths()[d];
      double[] found = byDocument.get(DocumentHash.of(batch, start, length));
      if (found == null) {
        throw new DataException(
            "%s: the reference was not asked about this row before training"
                .formatted(batch.sources().get(d)));
      }
      System.arraycopy(found, 0, all, first, answers.lengths()[d]);
      first += found.length;
      start += length;
    }
    return all;
  }

  @Override
  public void close() {
    byDocument.clear();
  }
}
