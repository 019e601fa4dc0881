package org.tune4j.engine.generate;

/** Takes new text as soon as its tokens are chosen. */
@FunctionalInterface
public interface TextListener {
  /**
   * Takes a piece of text; all pieces of a row, put together, are its whole continuation.
   *
   * @param row index of the prompt
   * @param piece whole characters, never empty
   */
  void text(int row, String piece);
}
