package org.tune4j.examples.conformance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Scores of every token of some documents. */
final class Probe {
  private Probe() {}

  /** The logits {@code [tokens, vocabulary]} as fp32, the documents in the order given. */
  static float[] logits(BoundModel model, List<int[]> documents) {
    List<int[]> unlabelled = new ArrayList<>();
    for (int[] document : documents) {
      int[] none = new int[document.length];
      Arrays.fill(none, -100);
      unlabelled.add(none);
    }
    Batch batch = Golden.flat(documents, unlabelled);
    try (TensorScope work = TensorScope.open()) {
      BatchTensors uploaded = model.upload(batch, work);
      Tensor hidden = model.hidden(uploaded, work);
      int[] rows = rowsInGivenOrder(uploaded.batch(), documents);
      Tensor logits = model.output().logits(hidden, work.longs(rows), work);
      return TensorOps.cast(work, logits, DType.FLOAT32).toFloats();
    }
  }

  private static int[] rowsInGivenOrder(Batch batch, List<int[]> documents) {
    int[] first = new int[documents.size()];
    int at = 0;
    for (int d = 0; d < documents.size(); d++) {
      int document = (int) batch.exampleIds()[d];
      // Virtual tokens may stand before the words.
      first[document] = at + batch.sequenceLengths()[d] - documents.get(document).length;
      at += batch.sequenceLengths()[d];
    }
    int[] rows = new int[documents.stream().mapToInt(document -> document.length).sum()];
    int n = 0;
    for (int d = 0; d < documents.size(); d++) {
      for (int t = 0; t < documents.get(d).length; t++) {
        rows[n++] = first[d] + t;
      }
    }
    return rows;
  }
}
