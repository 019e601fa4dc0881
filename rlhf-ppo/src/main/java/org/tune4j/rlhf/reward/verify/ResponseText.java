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

  /** The last fenced block of one of these languages; empty if there is none. */
  static Optional<String> block(String response, String language) {
    String found = null;
    int open = response.indexOf(FENCE);
    while (open >= 0) {
      int line = response.indexOf('\n', open);
      int close = line < 0 ? -1 : response.indexOf(FENCE, line);
      if (close < 0) {
        break; // What is not closed was cut off.
      }
      String said = response.substring(open + FENCE.length(), line).strip();
      if (said.isEmpty() || said.equalsIgnoreCase(language)) {
        found = response.substring(line + 1, close);
      }
      open = response.indexOf(FENCE, close + FENCE.length());
    }
    return Optional.ofNullable(found);
  }

  /** What stands in the last {@code \boxed{…}}; empty if there is none that is closed. */
  static Optional<String> boxed(String response) {
    int start = response.lastIndexOf(BOX);
    if (start < 0) {
      return Optional.empty();
    }
    int depth = 1;
    int from = start + BOX.length();
    for (int i = from; i < response.length(); i++) {
      char c = response.charAt(i);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      if (depth == 0) {
        return Optional.of(response.substring(from, i));
      }
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
