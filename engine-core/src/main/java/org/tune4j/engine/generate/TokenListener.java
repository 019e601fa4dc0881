package org.tune4j.engine.generate;

/** Takes new tokens as soon as they are chosen. */
@FunctionalInterface
public interface TokenListener {
  /**
   * Takes one token. It delays the next step for as long as it runs; an exception ends the
   * generation.
   *
   * @param row index of the prompt
   * @param id the token, also the one that ends the text
   */
  void token(int row, int id);
}
