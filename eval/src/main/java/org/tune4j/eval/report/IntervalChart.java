package org.tune4j.eval.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.geom.Ellipse2D;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnitSource;
import org.jfree.chart.axis.SymbolAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYErrorRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XIntervalSeries;
import org.jfree.data.xy.XIntervalSeriesCollection;
import org.tune4j.eval.stats.Interval;

/** A figure of several models, a line each: a dot, and a bar where the true value may lie. */
public final class IntervalChart {
  private static final int WIDTH = 620;
  private static final int ROW = 22;
  private static final int BESIDE_ROWS = 60;

  /** The page's colours: a picture of its own has no page to take them from. */
  private static final String STYLE =
      """
      <style>
      svg { --card: #ffffff; --ink: #1b212b; --muted: #667085; --grid: #e2e6ec; --line1: #2563eb; --line2: #c2410c; }
      @media (prefers-color-scheme: dark) {
        svg { --card: #1b2027; --ink: #e7eaef; --muted: #98a2b3; --grid: #313843; --line1: #7aa7ff; --line2: #fb923c; }
      }
      text { font-family: system-ui, sans-serif; font-size: 11px; }
      </style>
      <rect width="100%" height="100%" fill="var(--card)"/>
      """;

  private IntervalChart() {}

  /**
   * A model.
   *
   * @param name what it is called
   * @param value of the figure; finite
   * @param interval where its true value may lie
   * @param marked whether it stands out, as what the others are held against
   */
  public record Row(String name, double value, Optional<Interval> interval, boolean marked) {}

  /**
   * Draws.
   *
   * @param title what is shown
   * @param rows from top to bottom; at least one
   * @return a picture as an SVG file, light or dark as its reader has it; empty where Java finds no
   *     fonts
   */
  public static Optional<String> svg(String title, List<Row> rows) {
    if (!ChartFigure.canDraw()) {
      return Optional.empty();
    }
    JFreeChart chart = new JFreeChart(title, ChartSvg.FONT, plot(rows), false);
    chart.getTitle().setPaint(ChartSvg.INK);
    int height = BESIDE_ROWS + ROW * rows.size();
    String told =
        rows.stream()
            .map(row -> row.name() + " " + Numbers.shorter(row.value()))
            .collect(Collectors.joining("; "));
    String element = ChartSvg.of(chart, WIDTH, height, "intervals", title + ": " + told);
    int content = element.indexOf('>') + 1;
    return Optional.of(
        element
                .substring(0, content)
                .replace(
                    "<svg ",
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%s\" height=\"%s\" "
                        .formatted(WIDTH, height))
            + "\n"
            + STYLE
            + element.substring(content));
  }

  private static XYPlot plot(List<Row> rows) {
    XIntervalSeriesCollection data = new XIntervalSeriesCollection();
    XYErrorRenderer renderer = new XYErrorRenderer();
    renderer.setDrawYError(false);
    renderer.setCapLength(6);
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      XIntervalSeries series = new XIntervalSeries(i);
      series.add(
          row.value(),
          row.interval().map(Interval::low).orElse(row.value()),
          row.interval().map(Interval::high).orElse(row.value()),
          i);
      data.addSeries(series);
      Color colour = ChartSvg.colour(row.marked() ? "--line2" : "--line1");
      renderer.setSeriesPaint(i, colour);
      renderer.setSeriesStroke(i, new BasicStroke(1.6f));
      renderer.setSeriesShape(i, new Ellipse2D.Double(-3.5, -3.5, 7, 7));
    }
    NumberAxis across = new NumberAxis();
    across.setStandardTickUnits(new NumberTickUnitSource(false, Numbers.axis()));
    across.setAutoRangeIncludesZero(true);
    across.setAutoRangeStickyZero(false); // A dot at 0 is seen whole.
    across.setTickLabelFont(ChartSvg.FONT);
    across.setTickLabelPaint(ChartSvg.MUTED);
    across.setTickMarksVisible(false);
    across.setAxisLinePaint(ChartSvg.GRID);
    SymbolAxis down = new SymbolAxis(null, rows.stream().map(Row::name).toArray(String[]::new));
    down.setInverted(true);
    down.setGridBandsVisible(false);
    down.setTickLabelFont(ChartSvg.FONT);
    down.setTickLabelPaint(ChartSvg.INK);
    down.setTickMarksVisible(false);
    down.setAxisLineVisible(false);
    XYPlot plot = new XYPlot(data, across, down, renderer);
    plot.setBackgroundPaint(null);
    plot.setOutlineVisible(false);
    plot.setDomainGridlinePaint(ChartSvg.GRID);
    plot.setDomainGridlineStroke(new BasicStroke(1));
    plot.setRangeGridlinePaint(ChartSvg.GRID);
    plot.setRangeGridlineStroke(new BasicStroke(0.5f));
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    plot.setInsets(new RectangleInsets(4, 8, 4, 16));
    return plot;
  }
}
