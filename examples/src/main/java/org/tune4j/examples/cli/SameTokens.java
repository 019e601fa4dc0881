package org.tune4j.examples.cli;

import java.nio.file.Path;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.tokenize.Tokenizer;

/** Whether two models mean the same by the ids of tokens, so that one may judge the other's. */
final class SameTokens {
  private SameTokens() {}

  /**
   * Compares all tokens of both.
   *
   * @param tokenizer of the model that learns
   * @param folder of the other model
   * @param name what a message calls that one, such as {@code the teacher}
   * @throws ConfigException naming the first token that differs
   */
  static void require(Tokenizer tokenizer, Path folder, String name) {
    try (Tokenizer other = Tokenizer.load(folder)) {
      int size = Math.max(tokenizer.vocabularySize(), other.vocabularySize());
      for (int id = 0; id < size; id++) {
        String own = token(tokenizer, id);
        String found = token(other, id);
        if (!own.equals(found)) {
          throw new ConfigException(
              "%s: %s's token %d is %s and that of the model that learns is %s; they must be the same"
                  .formatted(folder, name, id, found, own));
        }
      }
    }
  }

  /** An id that no token has, of which some vocabularies have a few, is like any other such. */
  private static String token(Tokenizer tokenizer, int id) {
    try {
      return tokenizer.tokenOf(id);
    } catch (ConfigException e) {
      return "";
    }
  }
}
