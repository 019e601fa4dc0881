package org.tune4j.eval.report;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.AWTError;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.font.FontRenderContext;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.NumberTickUnitSource;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.tune4j.engine.EngineBugException;
import org.tune4j.eval.report.Curve.Style;

/**
 * Curves as an {@code <svg>} element for a page: axes and lines only, with text as text. Colours
 * are the page's CSS variables, so a chart follows the page into the dark; title and legend are the
 * page's too.
 */
final class LineChart {
  private static final int WIDTH = 400;
  private static final int HEIGHT = 220;
  private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 11);

  /** Colours that stand for the page's: each is replaced by its variable. */
  private static final Color MUTED = new Color(1, 1, 1);

  private static final Color GRID = new Color(2, 2, 2);
  private static final Map<Color, String> VARIABLES = new LinkedHashMap<>();

  static {
    VARIABLES.put(MUTED, "--muted");
    VARIABLES.put(GRID, "--grid");
    for (int i = 1; i <= Curve.COLOURS; i++) {
      VARIABLES.put(new Color(10 + i, 10 + i, 10 + i), "--line" + i);
    }
  }

  private static final Pattern CLIP = Pattern.compile("clip-?\\d+");
  private static final Pattern ATTRIBUTE = Pattern.compile("=\"[^\"]*\"");
  private static final Pattern LONG_NUMBER = Pattern.compile("(\\d+\\.\\d)\\d+");

  private LineChart() {}

  /**
   * Draws.
   *
   * @param id distinguishes the charts of a page
   * @param label what a reader without eyes is told
   * @param x what the horizontal axis reaches over
   * @param y what the vertical one does
   */
  static String svg(String id, String label, List<Curve> curves, Axis.Range x, Axis.Range y) {
    VectorGraphics2D graphics = new VectorGraphics2D();
    JFreeChart chart = new JFreeChart(null, FONT, plot(curves, x, y), false);
    chart.setBackgroundPaint(null);
    chart.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      new SVGProcessor()
          .getDocument(graphics.getCommands(), new PageSize(WIDTH, HEIGHT))
          .writeTo(out);
    } catch (IOException e) {
      throw new EngineBugException("memory cannot be written to", e);
    }
    return forPage(out.toString(StandardCharsets.UTF_8), id, label);
  }

  /** Measures a text, as every chart does: throws whatever Java throws where it has no fonts. */
  static void tryFonts() {
    try {
      FONT.getStringBounds("0", new FontRenderContext(null, true, true));
    } catch (AWTError e) {
      throw new IllegalStateException("Java's graphics do not start", e);
    }
  }

  private static XYPlot plot(List<Curve> curves, Axis.Range x, Axis.Range y) {
    XYSeriesCollection data = new XYSeriesCollection();
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(true, false);
    renderer.setDrawSeriesLineAsPath(true);
    for (int i = 0; i < curves.size(); i++) {
      Curve curve = curves.get(i);
      XYSeries series = new XYSeries(i, false);
      curve.points().forEach(point -> series.add(point.x(), point.y()));
      data.addSeries(series);
      renderer.setSeriesPaint(i, colour("--" + curve.colour(i)));
      renderer.setSeriesStroke(
          i, new BasicStroke(1.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      renderer.setSeriesShape(i, new Ellipse2D.Double(-2.5, -2.5, 5, 5));
      renderer.setSeriesShapesVisible(
          i, curve.style() == Style.MEASURED || curve.points().size() == 1);
    }
    NumberAxis across = axis(x);
    NumberAxis up = axis(y);
    up.setAxisLineVisible(false);
    XYPlot plot = new XYPlot(data, across, up, renderer);
    plot.setBackgroundPaint(null);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinesVisible(false);
    plot.setRangeGridlinePaint(GRID);
    plot.setRangeGridlineStroke(new BasicStroke(1));
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    plot.setInsets(new RectangleInsets(4, 2, 2, 12));
    return plot;
  }

  private static Color colour(String variable) {
    return VARIABLES.entrySet().stream()
        .filter(entry -> entry.getValue().equals(variable))
        .findFirst()
        .orElseThrow()
        .getKey();
  }

  private static NumberAxis axis(Axis.Range range) {
    NumberAxis axis = new NumberAxis();
    boolean whole = range == Axis.Range.WHOLE;
    axis.setStandardTickUnits(new NumberTickUnitSource(whole, Numbers.axis()));
    axis.setTickLabelFont(FONT);
    axis.setTickLabelPaint(MUTED);
    axis.setTickMarksVisible(false);
    axis.setAxisLinePaint(GRID);
    axis.setAutoRangeIncludesZero(range != Axis.Range.VALUES);
    if (range == Axis.Range.SHARE) {
      axis.setRange(0, 1);
      axis.setTickUnit(new NumberTickUnit(0.2, Numbers.axis()));
    }
    return axis;
  }

  /** Takes off what belongs to a file, and puts the page's names in. */
  private static String forPage(String file, String id, String label) {
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
            .formatted(WIDTH, HEIGHT, Html.escape(label))
        + CLIP.matcher(svg).replaceAll(found -> clips.get(found.group()));
  }
}
