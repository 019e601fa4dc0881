package org.tune4j.eval.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.text.NGrams;
import org.tune4j.eval.text.Whitespace;

/**
 * chrF (Popović, 2015) and chrF++ (2017) as sacreBLEU computes them, 0 to 100: an F score of
 * n-grams of characters, and of words.
 *
 * <p>The statistics of a row, against the reference that it is closest to: for each order how many
 * n-grams the hypothesis has, the reference has, and both have.
 *
 * @param characters the longest n-gram of characters
 * @param words the longest n-gram of words; 0 for chrF, 2 for chrF++
 * @param beta how much more recall counts than precision
 * @param lowercase whether case is ignored
 * @param whitespace whether white space counts as characters
 * @param smoothed whether orders that one side has no n-grams of count as nearly 0, and are not
 *     left out
 */
public record Chrf(
    int characters, int words, int beta, boolean lowercase, boolean whitespace, boolean smoothed)
    implements Metric {
  /** chrF with sacreBLEU's defaults. */
  public static final Chrf DEFAULT = new Chrf(6, 0, 2, false, false, false);

  /** chrF++ with sacreBLEU's defaults. */
  public static final Chrf PLUS_PLUS = new Chrf(6, 2, 2, false, false, false);

  private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  private static final double EPSILON = 1e-16;

  public Chrf {
    if (characters < 1 || words < 0 || beta < 1) {
      throw new ConfigException(
          "chrF: found characters %d, words %d, beta %d; wanted at least 1, 0, 1"
              .formatted(characters, words, beta));
    }
  }

  @Override
  public String name() {
    return words == 0 ? "chrf" : "chrf_plus_plus";
  }

  @Override
  public double[] statistics(String hypothesis, List<String> references) {
    References.tokens(references, "characters", Whitespace::characters);
    List<Map<List<String>, Integer>> grams = grams(hypothesis);
    double[] best = null;
    for (String reference : references) {
      double[] statistics = statistics(grams, grams(reference));
      if (best == null || score(statistics) > score(best)) {
        best = statistics;
      }
    }
    return best;
  }

  private static double[] statistics(
      List<Map<List<String>, Integer>> hypothesis, List<Map<List<String>, Integer>> reference) {
    double[] statistics = new double[3 * hypothesis.size()];
    for (int i = 0; i < hypothesis.size(); i++) {
      Map<List<String>, Integer> wanted = reference.get(i);
      // where the reference is too short for an order, what the hypothesis has does not count
      statistics[3 * i] = wanted.isEmpty() ? 0 : NGrams.total(hypothesis.get(i));
      statistics[3 * i + 1] = NGrams.total(wanted);
      statistics[3 * i + 2] = NGrams.shared(hypothesis.get(i), wanted);
    }
    return statistics;
  }

  /** The counts of each order, characters first. */
  private List<Map<List<String>, Integer>> grams(String text) {
    String cased = lowercase ? text.toLowerCase(Locale.ROOT) : text;
    List<String> characters =
        whitespace
            ? cased.codePoints().mapToObj(Character::toString).toList()
            : Whitespace.characters(cased);
    List<Map<List<String>, Integer>> grams = new ArrayList<>();
    for (int n = 1; n <= this.characters; n++) {
      grams.add(NGrams.count(characters, n));
    }
    List<String> apart = words == 0 ? List.of() : words(cased);
    for (int n = 1; n <= words; n++) {
      grams.add(NGrams.count(apart, n));
    }
    return grams;
  }

  /** Words, one punctuation mark taken off each; the one behind it if there is one. */
  private static List<String> words(String text) {
    List<String> apart = new ArrayList<>();
    for (String word : Whitespace.split(text)) {
      int last = word.length() - 1;
      if (last > 0 && PUNCTUATION.indexOf(word.charAt(last)) >= 0) {
        apart.add(word.substring(0, last));
        apart.add(word.substring(last));
      } else if (last > 0 && PUNCTUATION.indexOf(word.charAt(0)) >= 0) {
        apart.add(word.substring(0, 1));
        apart.add(word.substring(1));
      } else {
        apart.add(word);
      }
    }
    return apart;
  }

  @Override
  public double score(double[] sums) {
    return smoothed ? smoothedScore(sums) : effectiveScore(sums);
  }

  /** The F score of the means of precision and recall over the orders that both sides have. */
  private double effectiveScore(double[] sums) {
    double precision = 0;
    double recall = 0;
    int orders = 0;
    for (int i = 0; i < sums.length; i += 3) {
      if (sums[i] > 0 && sums[i + 1] > 0) {
        precision += sums[i + 2] / sums[i];
        recall += sums[i + 2] / sums[i + 1];
        orders++;
      }
    }
    if (precision + recall == 0) {
      return 0;
    }
    return 100 * f(precision / orders, recall / orders);
  }

  /** The mean of the F scores of all orders. */
  private double smoothedScore(double[] sums) {
    double score = 0;
    for (int i = 0; i < sums.length; i += 3) {
      double precision = sums[i] > 0 ? sums[i + 2] / sums[i] : EPSILON;
      double recall = sums[i + 1] > 0 ? sums[i + 2] / sums[i + 1] : EPSILON;
      score += precision + recall > 0 ? f(precision, recall) : EPSILON;
    }
    return 100 * score / (characters + words);
  }

  private double f(double precision, double recall) {
    double factor = beta * beta;
    return (1 + factor) * precision * recall / (factor * precision + recall);
  }

  @Override
  public String signature(String references, Set<String> tokenizers) {
    return "nrefs:"
        + references
        + (lowercase ? "|case:lc" : "|case:mixed")
        + (smoothed ? "|eff:no" : "|eff:yes")
        + "|nc:"
        + characters
        + "|nw:"
        + words
        + (whitespace ? "|space:yes" : "|space:no")
        + "|version:"
        + Bleu.SACREBLEU;
  }
}
