package org.tune4j.eval.metric;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.eval.text.CommonSubsequence;
import org.tune4j.eval.text.NGrams;
import org.tune4j.eval.text.RougeTokenizer;

/**
 * ROUGE (Lin, 2004) as Google's rouge_score computes it, 0 to 1: the mean over rows of the F1 score
 * against the reference that a row is closest to.
 *
 * @param variant what is compared
 * @param tokenizer how texts are cut; where it is empty, each row as its references' script wants
 */
public record Rouge(Variant variant, Optional<RougeTokenizer> tokenizer) implements MeanMetric {
  /** What is compared. */
  public enum Variant {
    /** Single tokens. */
    ROUGE_1("rouge1"),
    /** Pairs of tokens. */
    ROUGE_2("rouge2"),
    /** The longest common subsequence of whole texts. */
    ROUGE_L("rougeL"),
    /** Common subsequences of sentences, of which each stands on a line. */
    ROUGE_LSUM("rougeLsum");

    private final String label;

    Variant(String label) {
      this.label = label;
    }
  }

  /**
   * How a text agrees with a reference.
   *
   * @param precision the share of the text that is in the reference
   * @param recall the share of the reference that is in the text
   */
  public record Agreement(double precision, double recall) {
    private static Agreement of(double shared, double found, double wanted) {
      return new Agreement(shared / Math.max(found, 1), shared / Math.max(wanted, 1));
    }

    /** The harmonic mean of both; 0 where both are. */
    public double f1() {
      return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
    }
  }

  /** A variant whose tokenizer goes by the script. */
  public Rouge(Variant variant) {
    this(variant, Optional.empty());
  }

  @Override
  public String name() {
    return variant.label;
  }

  @Override
  public double value(String hypothesis, List<String> references) {
    return agreement(hypothesis, references).f1();
  }

  /**
   * How a text agrees with the reference that it is closest to.
   *
   * @throws org.tune4j.engine.DataException if there is no reference, or one without a token
   */
  public Agreement agreement(String hypothesis, List<String> references) {
    RougeTokenizer cutter = cutter(references);
    List<List<String>> wanted = References.tokens(references, cutter.label(), cutter::tokens);
    boolean sentences = variant == Variant.ROUGE_LSUM;
    List<List<String>> found =
        sentences ? sentences(hypothesis, cutter) : List.of(cutter.tokens(hypothesis));
    Agreement best = null;
    for (int i = 0; i < wanted.size(); i++) {
      Agreement agreement =
          sentences
              ? bySentences(found, sentences(references.get(i), cutter))
              : agreement(found.get(0), wanted.get(i));
      best = best == null || agreement.f1() > best.f1() ? agreement : best;
    }
    return best;
  }

  private RougeTokenizer cutter(List<String> references) {
    return tokenizer.orElseGet(() -> RougeTokenizer.of(references));
  }

  private Agreement agreement(List<String> found, List<String> wanted) {
    if (variant == Variant.ROUGE_L) {
      return Agreement.of(CommonSubsequence.length(wanted, found), found.size(), wanted.size());
    }
    int n = variant == Variant.ROUGE_1 ? 1 : 2;
    Map<List<String>, Integer> grams = NGrams.count(found, n);
    Map<List<String>, Integer> wantedGrams = NGrams.count(wanted, n);
    return Agreement.of(
        NGrams.shared(grams, wantedGrams), NGrams.total(grams), NGrams.total(wantedGrams));
  }

  private static List<List<String>> sentences(String text, RougeTokenizer cutter) {
    return text.lines().map(cutter::tokens).toList();
  }

  /**
   * Of each sentence of the reference those tokens count that are in a longest common subsequence
   * with any sentence of the text; no token more often than the text has it.
   */
  private static Agreement bySentences(List<List<String>> found, List<List<String>> wanted) {
    Map<String, Integer> left = new HashMap<>();
    List<String> all = new ArrayList<>();
    found.forEach(all::addAll);
    all.forEach(token -> left.merge(token, 1, Integer::sum));
    int shared = 0;
    int length = 0;
    for (List<String> sentence : wanted) {
      length += sentence.size();
      BitSet places = new BitSet();
      found.forEach(other -> places.or(CommonSubsequence.places(sentence, other)));
      for (int place = places.nextSetBit(0); place >= 0; place = places.nextSetBit(place + 1)) {
        if (left.merge(sentence.get(place), -1, Integer::sum) >= 0) {
          shared++;
        }
      }
    }
    return Agreement.of(shared, all.size(), length);
  }

  @Override
  public String tokenizer(List<String> references) {
    return cutter(references).label();
  }

  @Override
  public String signature(String references, Set<String> tokenizers) {
    return "nrefs:" + references + "|case:lc|tok:" + Metric.joined(tokenizers) + "|agg:mean-f1";
  }
}
