package org.tune4j.eval.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.tune4j.eval.label.ConfusionMatrix;

/** A confusion matrix as a table whose cells are the darker, the greater their share of a row. */
final class ConfusionTable {
  /** Labels that fit on a page; of more, those are shown that are mistaken most often. */
  private static final int MOST_LABELS = 20;

  private final List<String> names;
  private final ConfusionMatrix matrix;
  private final int[] shown;

  private ConfusionTable(List<String> names, ConfusionMatrix matrix) {
    this.names = names;
    this.matrix = matrix;
    this.shown =
        IntStream.range(0, names.size())
            .boxed()
            .sorted(Comparator.comparingLong(label -> -mistakes(label)))
            .limit(MOST_LABELS)
            .sorted()
            .mapToInt(label -> label)
            .toArray();
  }

  /**
   * The table.
   *
   * @param model what it is called; empty where there is only one
   */
  static String html(String model, List<String> names, ConfusionMatrix matrix) {
    return new ConfusionTable(names, matrix).html(model);
  }

  private long mistakes(int label) {
    return IntStream.range(0, names.size())
        .filter(other -> other != label)
        .mapToLong(other -> matrix.count(label, other) + matrix.count(other, label))
        .sum();
  }

  private String html(String model) {
    StringBuilder html = new StringBuilder();
    String more =
        shown.length < names.size()
            ? ", the %s of %s labels that are mistaken most often"
                .formatted(shown.length, names.size())
            : "";
    html.append(
        "<figure><figcaption><span><b>Confusion</b> <span class=\"unit\">right label down, predicted one across%s</span></span><span class=\"unit\">%s</span></figcaption>"
            .formatted(more, Html.escape(model)));
    html.append("<div class=\"heatbox\"><table class=\"heat\"><thead><tr><th></th>");
    for (int label : shown) {
      html.append("<th>%s</th>".formatted(name(label)));
    }
    html.append("</tr></thead>\n<tbody>");
    for (int gold : shown) {
      html.append("<tr><th>%s</th>".formatted(name(gold)));
      long all = IntStream.range(0, names.size()).mapToLong(to -> matrix.count(gold, to)).sum();
      for (int predicted : shown) {
        long count = matrix.count(gold, predicted);
        html.append(
            "<td class=\"%s\" style=\"--share:%s\">%s</td>"
                .formatted(
                    gold == predicted ? "same" : "other",
                    String.format(Locale.ROOT, "%.3f", all == 0 ? 0 : (double) count / all),
                    Numbers.whole(count)));
      }
      html.append("</tr>\n");
    }
    return html.append("</tbody></table></div></figure>\n").toString();
  }

  private String name(int label) {
    return Html.escape(Excerpt.beginning(names.get(label)).text());
  }
}
