package org.tune4j.eval.report;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.tune4j.engine.EngineBugException;

/** What all pages have: one file with its style in it, light or dark as the reader has it. */
final class Page {
  private Page() {}

  /**
   * A whole page.
   *
   * @param title as text
   * @param summary a sentence as text
   * @param main as HTML
   */
  static String html(String title, String summary, String main) {
    String escaped = Html.escape(title);
    return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>%s – tune4j</title>
        <style>
        %s</style>
        </head>
        <body>
        <header><h1>%s</h1><p>%s</p></header>
        <main>
        %s</main>
        </body>
        </html>
        """
        .formatted(escaped, css(), escaped, Html.escape(summary), main);
  }

  private static String css() {
    try (InputStream in = Page.class.getResourceAsStream("report.css")) {
      if (in == null) {
        throw new EngineBugException("report.css is not among the resources");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new EngineBugException("report.css cannot be read", e);
    }
  }

  /** A figure that is seen at once; all three are HTML. */
  static String tile(String title, String figure, String unit) {
    return "<div class=\"tile\"><b>%s</b><span class=\"figure\">%s</span><span class=\"unit\">%s</span></div>\n"
        .formatted(title, figure, unit);
  }

  /** A section of names and values, which are texts; nothing where there are none. */
  static String facts(String title, Map<String, ?> rows) {
    if (rows.isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder();
    html.append("<section><h2>").append(title).append("</h2><table class=\"facts\">\n");
    rows.forEach(
        (name, value) ->
            html.append(
                "<tr><th>%s</th><td>%s</td></tr>\n"
                    .formatted(Html.escape(name), Html.escape(String.valueOf(value)))));
    return html.append("</table></section>\n").toString();
  }
}
