package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A batch's documents in two batches, with about as many tokens each. */
public final class BatchHalves {
  private final Batch whole;
  private final int[] starts;

  private BatchHalves(Batch whole) {
    this.whole = whole;
    this.starts = new int[whole.documents() + 1];
    for (int d = 0; d < whole.documents(); d++) {
      starts[d + 1] = starts[d] + whole.sequenceLengths()[d];
    }
  }

  /**
   * Divides a batch. What it learns is the same: documents never see each other.
   *
   * @throws IllegalArgumentException if it has a single document
   */
  public static List<Batch> of(Batch batch) {
    if (batch.documents() < 2) {
      throw new IllegalArgumentException("a batch of one document has no halves");
    }
    List<Integer> left = new ArrayList<>();
    List<Integer> right = new ArrayList<>();
    int more = 0; // tokens that the left one has more
    for (int d = 0; d < batch.documents(); d++) {
      int length = batch.sequenceLengths()[d];
      // The longest first: each to where there are fewer tokens so far.
      (more <= 0 ? left : right).add(d);
      more += more <= 0 ? length : -length;
    }
    BatchHalves halves = new BatchHalves(batch);
    return List.of(halves.with(left), halves.with(right));
  }

  /** The batch of these documents, in their order. */
  private Batch with(List<Integer> documents) {
    int[] labels = ofTokens(whole.labels(), documents);
    List<Target> targets =
        whole.targets().isEmpty()
            ? List.of()
            : documents.stream().map(whole.targets()::get).toList();
    float[] weights = new float[documents.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = whole.exampleWeights()[documents.get(i)];
    }
    return new Batch(
        ofTokens(whole.tokenIds(), documents),
        ofTokens(whole.positions(), documents),
        ofDocuments(whole.sequenceLengths(), documents),
        labels,
        ofDocuments(whole.firstLabels(), documents),
        Batch.labelCount(labels, targets),
        documents.stream().mapToLong(d -> whole.exampleIds()[d]).toArray(),
        weights,
        documents.stream().map(whole.sources()::get).toList(),
        targets,
        whole.segments().length == 0 ? whole.segments() : ofTokens(whole.segments(), documents),
        ofDocuments(whole.tasks(), documents));
  }

  private int[] ofTokens(int[] all, List<Integer> documents) {
    return documents.stream()
        .flatMapToInt(d -> Arrays.stream(all, starts[d], starts[d + 1]))
        .toArray();
  }

  private static int[] ofDocuments(int[] all, List<Integer> documents) {
    return documents.stream().mapToInt(d -> all[d]).toArray();
  }
}
