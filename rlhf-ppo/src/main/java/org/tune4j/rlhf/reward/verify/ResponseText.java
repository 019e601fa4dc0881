package org.tune4j.rlhf.reward.verify;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.Row;

/** Parts of responses, and of the rows that they are checked against. */
final class ResponseText {
  private static final String FENCE = "```";
  private static final String BOX = "\\boxed{";

  private ResponseText() {}

  /**
   * The last block that is fenced as this language, or else the last one without a language: what
   * is printed is often fenced too, behind the program. Empty if there is none.
   */
  static Optional<String> block(String response, String language) {
    String named = null;
    String unnamed = null;
    int open = response.indexOf(FENCE);
    while (open >= 0) {
      int line = response.indexOf('\n', open);
      int close = line < 0 ? -1 : response.indexOf(FENCE, line);
      if (close < 0) {
        break; // What is not closed was cut off.
      }
      String said = response.substring(open + FENCE.length(), line).strip();
      String block = response.substring(line + 1, close);
      named = said.equalsIgnoreCase(language) ? block : named;
      unnamed = said.isEmpty() ? block : unnamed;
      open = response.indexOf(FENCE, close + FENCE.length());
    }
    return Optional.ofNullable(named != null ? named : unnamed);
  }

  /** What stands in the last {@code \boxed{…}} that is closed; empty if there is none. */
  static Optional<String> boxed(String response) {
    int start = response.lastIndexOf(BOX);
    while (start >= 0) {
      int depth = 1;
      int from = start + BOX.length();
      for (int i = from; i < response.length(); i++) {
        char c = response.charAt(i);
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
        if (depth == 0) {
          return Optional.of(response.substring(from, i));
        }
      }
      start = response.lastIndexOf(BOX, start - 1);
    }
    return Optional.empty();
  }

  /**
   * A column of a row.
   *
   * @throws DataException if it has none, or holds no text or number
   */
  static String column(Row row, String column) {
    JsonNode value = row.columns().path(column);
    if (!value.isTextual() && !value.isNumber()) {
      throw new DataException(
          "%s: column %s: wanted a text or a number to check against, found %s"
              .formatted(
                  row.where(), column, value.isMissingNode() ? "none" : value.getNodeType()));
    }
    return value.isNumber() ? value.decimalValue().toPlainString() : value.textValue();
  }
}
