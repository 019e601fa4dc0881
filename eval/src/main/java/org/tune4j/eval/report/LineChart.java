package org.tune4j.eval.report;

import java.awt.BasicStroke;
import java.awt.geom.Ellipse2D;
import java.util.List;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.axis.NumberTickUnit;
import org.jfree.chart.axis.NumberTickUnitSource;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.chart.ui.RectangleInsets;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.tune4j.eval.report.Curve.Style;

/**
 * Curves as an {@code <svg>} element for a page: axes and lines only, with text as text. Colours
 * are the page's CSS variables, so a chart follows the page into the dark; title and legend are the
 * page's too.
 */
final class LineChart {
  private static final int WIDTH = 400;
  private static final int HEIGHT = 220;

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
    JFreeChart chart = new JFreeChart(null, ChartSvg.FONT, plot(curves, x, y), false);
    return ChartSvg.of(chart, WIDTH, HEIGHT, id, label);
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
      renderer.setSeriesPaint(i, ChartSvg.colour("--" + curve.colour(i)));
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
    plot.setRangeGridlinePaint(ChartSvg.GRID);
    plot.setRangeGridlineStroke(new BasicStroke(1));
    plot.setAxisOffset(RectangleInsets.ZERO_INSETS);
    plot.setInsets(new RectangleInsets(4, 2, 2, 12));
    return plot;
  }

  private static NumberAxis axis(Axis.Range range) {
    NumberAxis axis = new NumberAxis();
    boolean whole = range == Axis.Range.WHOLE;
    axis.setStandardTickUnits(new NumberTickUnitSource(whole, Numbers.axis()));
    axis.setTickLabelFont(ChartSvg.FONT);
    axis.setTickLabelPaint(ChartSvg.MUTED);
    axis.setTickMarksVisible(false);
    axis.setAxisLinePaint(ChartSvg.GRID);
    axis.setAutoRangeIncludesZero(range != Axis.Range.VALUES);
    if (range == Axis.Range.SHARE) {
      axis.setRange(0, 1);
      axis.setTickUnit(new NumberTickUnit(0.2, Numbers.axis()));
    }
    return axis;
  }
}
