package org.tune4j.engine.data;

/**
 * A document of a batch as an answer that was judged.
 *
 * @param rating of it
 * @param other the document with the other answer to the same prompt, by its place in the batch; -1
 *     where it was judged alone
 */
public record RatedDocument(Rating rating, int other) {
  /** Whether it is one of two. */
  public boolean isPaired() {
    return other >= 0;
  }
}
