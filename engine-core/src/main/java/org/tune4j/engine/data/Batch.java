package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;

/**
 * Documents laid one after the other without padding, the longest first. The arrays belong to this
 * record and are not to be changed.
 *
 * @param tokenIds {@code [tokens]}
 * @param positions {@code [tokens]}, from 0 in each document
 * @param sequenceLengths {@code [documents]}, falling; their sum is the number of tokens
 * @param labels {@code [tokens]}, already shifted: the entry at t is what the model has to predict
 *     there, that is the label of position t + 1 of the same document, or {@link
 *     EncodedExample#NOT_LEARNED}; always so at a document's last position
 * @param firstLabels {@code [documents]}: the label of each document's first token, which nothing
 *     stands before that could predict it (see {@link #behind}), or {@link
 *     EncodedExample#NOT_LEARNED}
 * @param labelCount number of labels that are learned, or of what a task head is to say
 * @param exampleIds {@code [documents]}, the example of each document
 * @param exampleWeights {@code [documents]}, the weight of each document in the loss
 * @param sources {@code [documents]}, where each example comes from
 * @param targets {@code [documents]}, what a task head is to say of each; none where tokens are
 *     learned
 * @param segments {@code [tokens]}, which of two texts each token belongs to; empty if no document
 *     has two
 * @param tasks {@code [documents]}, whose virtual tokens stand before each, where tasks have their
 *     own
 * @param rated {@code [documents]}, what is said of the answers in them; empty if nothing is
 */
public record Batch(
    int[] tokenIds,
    int[] positions,
    int[] sequenceLengths,
    int[] labels,
    int[] firstLabels,
    int labelCount,
    long[] exampleIds,
    float[] exampleWeights,
    List<String> sources,
    List<Target> targets,
    int[] segments,
    int[] tasks,
    List<RatedDocument> rated) {

  public Batch {
    sources = List.copyOf(sources);
    targets = List.copyOf(targets);
    rated = List.copyOf(rated);
    int documents = sequenceLengths.length;
    require(exampleIds.length == documents, "one example id a document");
    require(exampleWeights.length == documents, "one example weight a document");
    require(sources.size() == documents, "one source a document");
    require(tasks.length == documents, "one task a document");
    require(
        Arrays.stream(tasks).allMatch(task -> task >= EncodedExample.NO_TASK),
        "tasks from 0, or -1 for none");
    require(positions.length == tokenIds.length, "one position a token");
    require(labels.length == tokenIds.length, "one label a token");
    require(firstLabels.length == documents, "one first label a document");
    require(
        segments.length == 0 || segments.length == tokenIds.length, "one segment a token, or none");
    require(targets.isEmpty() || targets.size() == documents, "one target a document, or none");
    require(rated.isEmpty() || rated.size() == documents, "one rating a document, or none");
    for (int d = 0; d < rated.size(); d++) {
      require(arePaired(rated, d), "two answers that are compared: a chosen and a rejected one");
    }
    require(targets.isEmpty() || countLearned(labels) == 0, "targets or learned tokens, not both");
    require(
        labelCount == labelCount(labels, targets), "label count is the number of learned labels");
    int start = 0;
    for (int d = 0; d < documents; d++) {
      int length = sequenceLengths[d];
      require(length > 0, "no empty document");
      require(d == 0 || length <= sequenceLengths[d - 1], "documents longest first");
      require(length <= tokenIds.length - start, "lengths add up to the tokens");
      require(Float.isFinite(exampleWeights[d]), "finite weights");
      checkDocument(tokenIds, positions, labels, start, length);
      require(
          firstLabels[d] == EncodedExample.NOT_LEARNED || firstLabels[d] == tokenIds[start],
          "first labels that are the first token");
      require(
          targets.isEmpty()
              || !(targets.get(d) instanceof Target.TokenLabels each)
              || each.ids().length == length,
          "one label a token of a document whose tokens are labelled");
      start += length;
    }
    require(start == tokenIds.length, "lengths add up to the tokens");
  }

  private static boolean arePaired(List<RatedDocument> rated, int d) {
    RatedDocument one = rated.get(d);
    if (!one.isPaired()) {
      return true;
    }
    RatedDocument other = one.other() < rated.size() ? rated.get(one.other()) : one;
    return other.other() == d
        && one.rating() != Rating.NONE
        && other.rating() != Rating.NONE
        && one.rating() != other.rating();
  }

  private static void checkDocument(
      int[] tokenIds, int[] positions, int[] labels, int start, int length) {
    for (int i = 0; i < length; i++) {
      int label = labels[start + i];
      int next = i + 1 < length ? tokenIds[start + i + 1] : EncodedExample.NOT_LEARNED;
      require(tokenIds[start + i] >= 0, "no negative token id");
      require(positions[start + i] == i, "positions from 0 in each document");
      require(
          label == EncodedExample.NOT_LEARNED || label == next,
          "labels are the next token of the same document");
    }
  }

  private static void require(boolean holds, String rule) {
    if (!holds) {
      throw new ConfigException("not a batch: it must have " + rule);
    }
  }

  private static int countLearned(int[] labels) {
    return (int) Arrays.stream(labels).filter(l -> l != EncodedExample.NOT_LEARNED).count();
  }

  /** What batches of these labels and targets have as their number of labels. */
  static int labelCount(int[] labels, List<Target> targets) {
    return countLearned(labels) + count(targets);
  }

  private static int count(List<Target> targets) {
    return targets.stream().mapToInt(Target::count).sum();
  }

  /** A batch whose next tokens are learned. */
  public Batch(
      int[] tokenIds,
      int[] positions,
      int[] sequenceLengths,
      int[] labels,
      int labelCount,
      long[] exampleIds,
      float[] exampleWeights,
      List<String> sources) {
    this(
        tokenIds,
        positions,
        sequenceLengths,
        labels,
        notLearned(sequenceLengths.length),
        labelCount,
        exampleIds,
        exampleWeights,
        sources,
        List.of(),
        new int[0],
        new int[sequenceLengths.length],
        List.of());
  }

  /**
   * A batch of these examples, each a document of weight 1, or two where two answers are compared;
   * all have a target, or none has.
   */
  public static Batch of(List<EncodedExample> examples) {
    List<Placed> placed = Placed.longestFirst(examples);
    List<EncodedExample> documents = placed.stream().map(Placed::document).toList();
    int tokens = examples.stream().mapToInt(EncodedExample::length).sum();
    int[] tokenIds = new int[tokens];
    int[] positions = new int[tokens];
    int[] labels = new int[tokens];
    int start = 0;
    for (EncodedExample document : documents) {
      int length = document.length();
      System.arraycopy(document.ids(), 0, tokenIds, start, length);
      System.arraycopy(document.labels(), 1, labels, start, length - 1);
      labels[start + length - 1] = EncodedExample.NOT_LEARNED;
      for (int i = 0; i < length; i++) {
        positions[start + i] = i;
      }
      start += length;
    }
    float[] weights = new float[documents.size()];
    Arrays.fill(weights, 1f);
    List<Target> targets =
        documents.stream().map(EncodedExample::target).flatMap(Optional::stream).toList();
    return new Batch(
        tokenIds,
        positions,
        documents.stream().mapToInt(document -> document.length()).toArray(),
        labels,
        documents.stream().mapToInt(document -> document.labels()[0]).toArray(),
        labelCount(labels, targets),
        documents.stream().mapToLong(EncodedExample::id).toArray(),
        weights,
        documents.stream().map(EncodedExample::source).toList(),
        targets,
        segments(documents, tokens),
        documents.stream().mapToInt(EncodedExample::task).toArray(),
        rated(placed));
  }

  /** A document of a batch, and the number of the example that it is of. */
  private record Placed(int example, EncodedExample document) {
    static List<Placed> longestFirst(List<EncodedExample> examples) {
      List<Placed> placed = new ArrayList<>();
      for (int e = 0; e < examples.size(); e++) {
        for (EncodedExample document : examples.get(e).documents()) {
          placed.add(new Placed(e, document));
        }
      }
      placed.sort(Comparator.comparingInt((Placed each) -> each.document.length()).reversed());
      return placed;
    }
  }

  private static List<RatedDocument> rated(List<Placed> placed) {
    if (placed.stream().allMatch(each -> each.document.rating() == Rating.NONE)) {
      return List.of();
    }
    Map<Integer, Integer> firsts = new HashMap<>();
    int[] others = new int[placed.size()];
    Arrays.fill(others, -1);
    for (int d = 0; d < others.length; d++) {
      Integer first = firsts.putIfAbsent(placed.get(d).example, d);
      if (first != null) {
        others[d] = first;
        others[first] = d;
      }
    }
    return IntStream.range(0, others.length)
        .mapToObj(d -> new RatedDocument(placed.get(d).document.rating(), others[d]))
        .toList();
  }

  private static int[] segments(List<EncodedExample> documents, int tokens) {
    if (documents.stream().allMatch(document -> document.segments().length == 0)) {
      return new int[0];
    }
    int[] segments = new int[tokens];
    int start = 0;
    for (EncodedExample document : documents) {
      System.arraycopy(document.segments(), 0, segments, start, document.segments().length);
      start += document.length();
    }
    return segments;
  }

  /**
   * The same with tokens before each document that nothing predicts and that stand for no word: id
   * 0. The last of them predicts the document's first token where that is learned.
   */
  public Batch behind(int virtualTokens) {
    int[] ids = new int[tokens() + virtualTokens * documents()];
    int[] places = new int[ids.length];
    int[] behind = notLearned(ids.length);
    int from = 0;
    int to = 0;
    for (int d = 0; d < documents(); d++) {
      int length = sequenceLengths[d];
      for (int i = 0; i < virtualTokens + length; i++) {
        places[to + i] = i;
      }
      System.arraycopy(tokenIds, from, ids, to + virtualTokens, length);
      System.arraycopy(labels, from, behind, to + virtualTokens, length);
      if (virtualTokens > 0 && targets.isEmpty()) {
        behind[to + virtualTokens - 1] = firstLabels[d];
      }
      from += length;
      to += virtualTokens + length;
    }
    List<Target> later = targets.stream().map(target -> target.behind(virtualTokens)).toList();
    return new Batch(
        ids,
        places,
        Arrays.stream(sequenceLengths).map(length -> virtualTokens + length).toArray(),
        behind,
        notLearned(documents()),
        labelCount(behind, later),
        exampleIds,
        exampleWeights,
        sources,
        later,
        segmentsBehind(virtualTokens, ids.length),
        tasks,
        rated);
  }

  /** Tokens that stand for no word are of the first text. */
  private int[] segmentsBehind(int virtualTokens, int tokens) {
    if (segments.length == 0) {
      return segments;
    }
    int[] behind = new int[tokens];
    int from = 0;
    for (int d = 0; d < documents(); d++) {
      int length = sequenceLengths[d];
      System.arraycopy(segments, from, behind, from + (d + 1) * virtualTokens, length);
      from += length;
    }
    return behind;
  }

  private static int[] notLearned(int count) {
    int[] labels = new int[count];
    Arrays.fill(labels, EncodedExample.NOT_LEARNED);
    return labels;
  }

  /** Number of tokens. */
  public int tokens() {
    return tokenIds.length;
  }

  /** Number of documents. */
  public int documents() {
    return sequenceLengths.length;
  }
}
