package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A batch's documents in two batches, with about as many tokens each. Two answers that are compared
 * stay together.
 */
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
   * @throws IllegalArgumentException if it is not {@linkplain #areThere divisible}
   */
  public static List<Batch> of(Batch batch) {
    if (!areThere(batch)) {
      throw new IllegalArgumentException("a batch of one document has no halves");
    }
    List<Integer> left = new ArrayList<>();
    List<Integer> right = new ArrayList<>();
    int more = 0; // tokens that the left one has more
    for (int d = 0; d < batch.documents(); d++) {
      int other = other(batch, d);
      if (other >= 0 && other < d) {
        continue; // It went with that one.
      }
      int length = batch.sequenceLengths()[d] + (other < 0 ? 0 : batch.sequenceLengths()[other]);
      // The longest first: each to where there are fewer tokens so far.
      List<Integer> half = more <= 0 ? left : right;
      half.add(d);
      if (other >= 0) {
        half.add(other);
      }
      more += more <= 0 ? length : -length;
    }
    BatchHalves halves = new BatchHalves(batch);
    return List.of(halves.with(left), halves.with(right));
  }

  /** Whether a batch has documents enough to be divided. */
  public static boolean areThere(Batch batch) {
    return batch.documents() > (other(batch, 0) < 0 ? 1 : 2);
  }

  private static int other(Batch batch, int document) {
    return batch.rated().isEmpty() ? -1 : batch.rated().get(document).other();
  }

  /** What is said of these documents, by their new places. */
  private List<RatedDocument> rated(List<Integer> documents) {
    return whole.rated().isEmpty()
        ? List.of()
        : documents.stream()
            .map(whole.rated()::get)
            .map(each -> new RatedDocument(each.rating(), documents.indexOf(each.other())))
            .toList();
  }

  /** The batch of these documents, in the order of the whole. */
  private Batch with(List<Integer> unordered) {
    List<Integer> documents = unordered.stream().sorted().toList();
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
        ofDocuments(whole.tasks(), documents),
        rated(documents));
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
