package org.tune4j.rlhf.preference;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.DataException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.LengthBatches;
import org.tune4j.engine.model.BoundModel;

/** What a model said of rows before it was changed: 8 bytes a token of an answer. */
final class KeptReference implements ReferencePolicy {
  private final Map<ByteBuffer, double[]> byDocument = new HashMap<>();

  /**
   * Has a model read rows.
   *
   * @param model is not needed any more afterwards
   */
  KeptReference(BoundModel model, List<EncodedExample> rows) {
    ModelReference said = new ModelReference(model);
    for (List<EncodedExample> each : LengthBatches.of(rows, LengthBatches.DEFAULT_TOKENS)) {
      Batch batch = Batch.of(each);
      double[] all = said.logProbs(batch);
      int first = 0;
      int start = 0;
      AnswerRows answers = AnswerRows.of(batch);
      for (int d = 0; d < batch.documents(); d++) {
        int end = first + answers.lengths()[d];
        byDocument.put(hash(batch, start, d), Arrays.copyOfRange(all, first, end));
        first = end;
        start += batch.sequenceLengths()[d];
      }
    }
  }

  private static ByteBuffer hash(Batch batch, int start, int document) {
    int length = batch.sequenceLengths()[document];
    ByteBuffer numbers = ByteBuffer.allocate(2 * Integer.BYTES * length);
    numbers.asIntBuffer().put(batch.tokenIds(), start, length).put(batch.labels(), start, length);
    return ByteBuffer.wrap(Sha256.digest().digest(numbers.array()));
  }

  @Override
  public double[] logProbs(Batch batch) {
    double[] all = new double[AnswerRows.of(batch).rows().length];
    int first = 0;
    int start = 0;
    for (int d = 0; d < batch.documents(); d++) {
      double[] found = byDocument.get(hash(batch, start, d));
      if (found == null) {
        throw new DataException(
            "%s: the reference was not asked about this row before training"
                .formatted(batch.sources().get(d)));
      }
      System.arraycopy(found, 0, all, first, found.length);
      first += found.length;
      start += batch.sequenceLengths()[d];
    }
    return all;
  }

  @Override
  public void close() {
    byDocument.clear();
  }
}
