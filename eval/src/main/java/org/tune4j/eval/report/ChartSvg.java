package org.tune4j.eval.report;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.AWTError;
import java.awt.Color;
import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.geom.Rectangle2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jfree.chart.JFreeChart;
import org.tune4j.engine.EngineBugException;

/**
 * What JFreeChart draws as an {@code <svg>} element, with text as text. Colours are CSS variables,
 * so a chart follows its page into the dark.
 */
final class ChartSvg {
  static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 11);

  /** Colours that stand for the page's: each is replaced by its variable. */
  static final Color MUTED = new Color(1, 1, 1);

  static final Color GRID = new Color(2, 2, 2);
  static final Color INK = new Color(3, 3, 3);
  private static final Map<Color, String> VARIABLES = new LinkedHashMap<>();

  static {
    VARIABLES.put(MUTED, "--muted");
    VARIABLES.put(GRID, "--grid");
    VARIABLES.put(INK, "--ink");
    for (int i = 1; i <= Curve.COLOURS; i++) {
      VARIABLES.put(new Color(10 + i, 10 + i, 10 + i), "--line" + i);
    }
  }

  private static final Pattern CLIP = Pattern.compile("clip-?\\d+");
  private static final Pattern ATTRIBUTE = Pattern.compile("=\"[^\"]*\"");
  private static final Pattern LONG_NUMBER = Pattern.compile("(\\d+\\.\\d)\\d+");

  private ChartSvg() {}

  /**
   * Draws.
   *
   * @param id distinguishes the charts of a page
   * @param label what a reader without eyes is told
   */
  static String of(JFreeChart chart, int width, int height, String id, String label) {
    VectorGraphics2D graphics = new VectorGraphics2D();
    chart.setBackgroundPaint(null);
    chart.draw(graphics, new Rectangle2D.Double(0, 0, width, height));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      new SVGProcessor()
          .getDocument(graphics.getCommands(), new PageSize(width, height))
          .writeTo(out);
    } catch (IOException e) {
      throw new EngineBugException("memory cannot be written to", e);
    }
    return element(out.toString(StandardCharsets.UTF_8), width, height, id, label);
  }

  /** Measures a text, as every chart does: throws whatever Java throws where it has no fonts. */
  static void tryFonts() {
    try {
      FONT.getStringBounds("0", new FontRenderContext(null, true, true));
    } catch (AWTError e) {
      throw new IllegalStateException("Java's graphics do not start", e);
    }
  }

  /** The colour that stands for a variable. */
  static Color colour(String variable) {
    return VARIABLES.entrySet().stream()
        .filter(entry -> entry.getValue().equals(variable))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  /** Takes off what belongs to a file, and puts the page's names in. */
  private static String element(String file, int width, int height, String id, String label) {
    String svg = file.substring(file.indexOf('>', file.indexOf("<svg")) + 1);
    svg = svg.replaceAll("\\s*\\n\\s*", "");
    // A tenth of a pixel is enough for places; texts keep their digits.
    svg =
        ATTRIBUTE
            .matcher(svg)
            .replaceAll(found -> LONG_NUMBER.matcher(found.group()).replaceAll("$1"));
    for (Map.Entry<Color, String> entry : VARIABLES.entrySet()) {
      Color c = entry.getKey();
      svg =
          svg.replace(
              "rgb(%s,%s,%s)".formatted(c.getRed(), c.getGreen(), c.getBlue()),
              "var(" + entry.getValue() + ")");
    }
    Map<String, String> clips = new LinkedHashMap<>();
    Matcher matcher = CLIP.matcher(svg);
    while (matcher.find()) {
      clips.putIfAbsent(matcher.group(), id + "-clip" + clips.size());
    }
    return "<svg viewBox=\"0 0 %s %s\" role=\"img\" aria-label=\"%s\">"
            .formatted(width, height, Html.escape(label))
        + CLIP.matcher(svg).replaceAll(found -> clips.get(found.group()));
  }
}
