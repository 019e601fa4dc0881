package org.tune4j.eval.judge;

import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Finds the verdict in a judge's reply: the one mark {@code [[…]]} on its last line. A judge quotes
 * what it judges, and that may hold marks; so no other line decides, a last line with several
 * decides nothing, and neither does a reply that was cut.
 */
final class Verdict {
  private static final Pattern MARK = Pattern.compile("\\[\\[([^\\[\\]]*)]]");

  private Verdict() {}

  /** What stands in the mark; empty where there is no verdict. */
  static Optional<String> in(ChatReply reply) {
    String text = reply.text().strip();
    if (!reply.complete() || text.isEmpty()) {
      return Optional.empty();
    }
    List<String> lines = text.lines().toList();
    List<MatchResult> marks = MARK.matcher(lines.get(lines.size() - 1)).results().toList();
    return marks.size() == 1 ? Optional.of(marks.get(0).group(1).strip()) : Optional.empty();
  }

  /** Why there is none. */
  static String failure(ChatReply reply) {
    if (reply.text().isBlank()) {
      return "the judge said nothing";
    }
    return reply.complete() ? "no verdict on the last line" : "the reply was cut before its end";
  }
}
