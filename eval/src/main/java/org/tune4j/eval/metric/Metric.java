package org.tune4j.eval.metric;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.tune4j.engine.DataException;

/**
 * A measure of texts against references.
 *
 * <p>It has two steps. Each row gives statistics, and a score is computed from the sums of the
 * statistics of all rows: for a mean these are the row's value and a 1, for BLEU counts of n-grams.
 * So rows can be added one by one, and resampled without being looked at again.
 */
public interface Metric {
  /** Its name in the field, without {@code eval_}. */
  String name();

  /**
   * The statistics of one row; all rows have equally many.
   *
   * @param hypothesis what is measured
   * @param references what was wanted, any one of them being right; at least one
   * @throws DataException if there is no reference, or none that can be met
   */
  double[] statistics(String hypothesis, List<String> references);

  /**
   * The score of rows.
   *
   * @param sums the sums of their statistics, element by element
   */
  double score(double[] sums);

  /**
   * Refuses references that no answer could be measured against.
   *
   * @param where their row stands
   * @throws DataException if there is none, or none that can be met
   */
  default void requireMeasurable(String where, List<String> references) {
    try {
      statistics("", references);
    } catch (DataException e) {
      throw new DataException(where + ": " + name() + ": " + e.getMessage(), e);
    }
  }

  /** The score of one row by itself. */
  default double value(String hypothesis, List<String> references) {
    return score(statistics(hypothesis, references));
  }

  /** Whether more of it is better. */
  default boolean higherIsBetter() {
    return true;
  }

  /** How these references make it cut their row, where that depends on them; else empty. */
  default String tokenizer(List<String> references) {
    return "";
  }

  /**
   * All that the score depends on but the texts: two scores compare only if this is equal.
   *
   * @param references how many there are for each row: a number, or {@code var}
   * @param tokenizers what {@link #tokenizer} said of all rows
   */
  default String signature(String references, Set<String> tokenizers) {
    return "nrefs:" + references;
  }

  /** Several tokenizers as one part of a signature. */
  static String joined(Set<String> tokenizers) {
    return String.join("+", new TreeSet<>(tokenizers));
  }
}
