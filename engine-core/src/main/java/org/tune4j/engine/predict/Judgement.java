package org.tune4j.engine.predict;

import java.util.List;

/**
 * What a head says of a row, in the names of its labels. The array belongs to this record and is
 * not to be changed.
 *
 * @param where the row stands
 * @param labels the most probable one; of many, all that are more probable than not; of words, one
 *     a word, {@code O} of a word that was cut away; of a number, none
 * @param scores {@code [labels]}, the probability of each; of words {@code [words]}, that of the
 *     label of each, 0 where it was cut away; of a number, the number
 */
public record Judgement(String where, List<String> labels, float[] scores) {
  public Judgement {
    labels = List.copyOf(labels);
  }
}
