package org.tune4j.eval.report;

import java.util.List;
import org.tune4j.eval.metric.Answer;
import org.tune4j.eval.metric.ExactMatch;

/** The first held-out examples with what the model answered before and after. */
final class SampleSection {
  private static final int MOST_SAMPLES = 12;
  private static final int MOST_CHARACTERS = 1500;
  private static final ExactMatch RIGHT = new ExactMatch();

  private SampleSection() {}

  static String html(List<Answer> before, List<Answer> after) {
    List<Answer> rows = after.isEmpty() ? before : after;
    if (rows.isEmpty()) {
      return "";
    }
    int shown = Math.min(MOST_SAMPLES, rows.size());
    StringBuilder html = new StringBuilder();
    html.append(
        "<section><h2>Answers to held-out prompts</h2>\n<p class=\"note\">The first %d of %s, as they stand in the file; ✓ marks an exact match.</p>\n"
            .formatted(shown, Numbers.whole(rows.size())));
    for (int i = 0; i < shown; i++) {
      Answer row = rows.get(i);
      html.append("<article class=\"sample\">");
      box(html, "prompt", "Prompt", row.prompt());
      box(html, "wanted", "Wanted", row.wanted());
      answer(html, "Before", before, i, row);
      answer(html, "After", after, i, row);
      html.append("</article>\n");
    }
    return html.append("</section>\n").toString();
  }

  private static void answer(
      StringBuilder html, String title, List<Answer> answers, int i, Answer row) {
    if (i < answers.size() && answers.get(i).prompt().equals(row.prompt())) {
      String got = answers.get(i).got();
      boolean right = RIGHT.value(got, List.of(row.wanted())) == 1;
      box(html, right ? "right" : "wrong", title + (right ? " ✓" : " ✗"), got);
    }
  }

  private static void box(StringBuilder html, String kind, String title, String text) {
    String shown = text.strip();
    boolean cut = shown.length() > MOST_CHARACTERS;
    html.append(
        "<div class=\"%s\"><h3>%s</h3><p>%s%s</p></div>"
            .formatted(
                kind,
                title,
                shown.isEmpty()
                    ? "<i>nothing</i>"
                    : Html.escape(cut ? shown.substring(0, MOST_CHARACTERS) : shown),
                cut
                    ? " <i>… %s characters more</i>"
                        .formatted(Numbers.whole(shown.length() - MOST_CHARACTERS))
                    : ""));
  }
}
