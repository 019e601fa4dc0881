package org.tune4j.engine.tokenize.chat;

/**
 * Where in a rendered chat a message lies. Places are indexes of Java chars. An assistant's turn is
 * what the model would have written there, from behind the generation prompt to its stop token;
 * another message's is its own text, and the control token right behind it if there is one.
 *
 * @param message its number
 * @param role who speaks
 * @param start its first character
 * @param stop where its stop token begins; the same as {@code end} if it has none of its own
 * @param end behind its last character
 */
public record Turn(int message, String role, int start, int stop, int end) {
  /** Whether a stop token belongs to it. */
  public boolean hasStop() {
    return stop < end;
  }
}
