package org.tune4j.eval.metric;

import java.util.List;
import java.util.function.Function;
import org.tune4j.engine.DataException;

/** Checks of what a row is measured against. */
final class References {
  private References() {}

  /** The references, of which there is at least one. */
  static List<String> checked(List<String> references) {
    if (references.isEmpty()) {
      throw new DataException("there is no reference; wanted at least one");
    }
    return references;
  }

  /** The tokens of each reference; one that has none could be met by a text that says nothing. */
  static List<List<String>> tokens(
      List<String> references, String tokenizer, Function<String, List<String>> tokens) {
    List<List<String>> all = checked(references).stream().map(tokens).toList();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).isEmpty()) {
        throw new DataException(
            "the reference \""
                + shown(references.get(i))
                + "\" has no token (tokenizer "
                + tokenizer
                + "), so nothing can be measured against it");
      }
    }
    return all;
  }

  /** A text for a message. */
  static String shown(String text) {
    String line = text.replace("\n", "\\n");
    return line.length() <= 60 ? line : line.substring(0, 60) + "…";
  }
}
