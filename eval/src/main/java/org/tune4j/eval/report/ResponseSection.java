package org.tune4j.eval.report;

import java.util.List;

/** The same prompts as a policy answered them before it learned, and after. */
final class ResponseSection {
  private static final int MOST = 12;
  private static final int MOST_CHARACTERS = 1500;

  private ResponseSection() {}

  /** The section; nothing where nothing was answered. */
  static String html(List<ScoredResponse> before, List<ScoredResponse> after) {
    int shown = Math.min(MOST, Math.min(before.size(), after.size()));
    if (shown == 0) {
      return "";
    }
    StringBuilder html = new StringBuilder();
    html.append(
        "<section><h2>Responses before and after</h2>\n<p class=\"note\">The first %d of %s prompts, each with the same random numbers both times; the score is what the reward says.</p>\n"
            .formatted(shown, Numbers.whole(after.size())));
    for (int i = 0; i < shown; i++) {
      ScoredResponse old = before.get(i);
      ScoredResponse now = after.get(i);
      html.append("<article class=\"sample responses\">");
      box(html, "prompt", "Prompt", now.prompt());
      box(html, "before", "Before · " + Numbers.shorter(old.score()), old.response());
      String change =
          now.score() > old.score() ? "right" : now.score() < old.score() ? "wrong" : "before";
      box(html, change, "After · " + Numbers.shorter(now.score()), now.response());
      html.append("</article>\n");
    }
    return html.append("</section>\n").toString();
  }

  private static void box(StringBuilder html, String kind, String title, String text) {
    String shown = text.strip();
    html.append(
        "<div class=\"%s\"><h3>%s</h3><p>%s</p></div>"
            .formatted(
                kind,
                title,
                shown.isEmpty()
                    ? "<i>nothing</i>"
                    : Html.escape(
                        shown.length() > MOST_CHARACTERS
                            ? shown.substring(0, MOST_CHARACTERS) + "…"
                            : shown)));
  }
}
