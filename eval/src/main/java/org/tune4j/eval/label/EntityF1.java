package org.tune4j.eval.label;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tune4j.eval.Inputs;

/**
 * Precision, recall and F1 of entities, as seqeval has them: an entity is right if its type, its
 * first and its last token are. Takes texts one by one and keeps three counts a type.
 */
public final class EntityF1 {
  private final TagScheme scheme;

  /** Of each type: right, predicted, gold. */
  private final Map<String, long[]> counts = new TreeMap<>();

  private long tokens;
  private long rightTokens;

  /** Of no text yet. */
  public EntityF1(TagScheme scheme) {
    this.scheme = scheme;
  }

  /**
   * Takes one text.
   *
   * @param gold the right tag of each token
   * @param predicted the predicted tag of each token
   * @throws org.tune4j.engine.DataException if there is none, there are more on one side, or the
   *     scheme does not know one
   */
  public void add(List<String> gold, List<String> predicted) {
    Inputs.sameLength("tags of a text", gold.size(), predicted.size());
    Set<EntitySpan> wanted = new HashSet<>(scheme.entities(gold));
    Set<EntitySpan> found = new HashSet<>(scheme.entities(predicted));
    for (EntitySpan span : found) {
      of(span)[0] += wanted.contains(span) ? 1 : 0;
      of(span)[1]++;
    }
    for (EntitySpan span : wanted) {
      of(span)[2]++;
    }
    for (int token = 0; token < gold.size(); token++) {
      rightTokens += gold.get(token).equals(predicted.get(token)) ? 1 : 0;
    }
    tokens += gold.size();
  }

  private long[] of(EntitySpan span) {
    return counts.computeIfAbsent(span.type(), type -> new long[3]);
  }

  /**
   * The counts of each text by itself, all of the same types: what resampling lives on.
   *
   * @param gold the right tags of each text
   * @param predicted the predicted tags of each
   * @throws org.tune4j.engine.DataException as {@link #add}
   */
  public static List<LabelCounts> texts(
      TagScheme scheme, List<List<String>> gold, List<List<String>> predicted) {
    Inputs.sameLength("texts", gold.size(), predicted.size());
    List<EntityF1> texts = new ArrayList<>();
    Set<String> types = new TreeSet<>();
    for (int i = 0; i < gold.size(); i++) {
      EntityF1 text = new EntityF1(scheme);
      text.add(gold.get(i), predicted.get(i));
      types.addAll(text.counts.keySet());
      texts.add(text);
    }
    for (EntityF1 text : texts) {
      types.forEach(type -> text.counts.computeIfAbsent(type, t -> new long[3]));
    }
    return types.isEmpty() ? List.of() : texts.stream().map(EntityF1::labelCounts).toList();
  }

  /** The share of tokens whose tag is right. */
  public double tokenAccuracy() {
    Inputs.notEmpty("entity F1", tokens);
    return (double) rightTokens / tokens;
  }

  /** The scores of all types together; what is undefined of one is left out of the mean. */
  public LabelScore score(Average average) {
    return score(average, ZeroDivision.NAN);
  }

  /**
   * The scores of all types together. Without any entity, right or predicted, they are undefined.
   *
   * @param undefined seqeval's default is {@code ZERO}
   */
  public LabelScore score(Average average, ZeroDivision undefined) {
    Inputs.notEmpty("entity F1", tokens);
    return labelCounts().score(average, undefined);
  }

  /** The scores of each type, in the order of their names. */
  public Map<String, LabelScore> each(ZeroDivision undefined) {
    List<LabelScore> scores = labelCounts().each(undefined);
    Map<String, LabelScore> named = new LinkedHashMap<>();
    int label = 0;
    for (String type : counts.keySet()) {
      named.put(type, scores.get(label++));
    }
    return named;
  }

  private LabelCounts labelCounts() {
    return new LabelCounts(column(0), column(1), column(2));
  }

  private long[] column(int column) {
    return counts.values().stream().mapToLong(each -> each[column]).toArray();
  }
}
