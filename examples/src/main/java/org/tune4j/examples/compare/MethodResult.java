package org.tune4j.examples.compare;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.RowFigure;
import org.tune4j.eval.result.RowFigures;

/**
 * What a method costs and is worth.
 *
 * @param pooled each figure over the answers of all runs
 * @param byRun the first figure of each run
 */
record MethodResult(String method, MethodCost cost, List<RowFigure> pooled, List<Double> byRun) {
  /** Of what its runs wrote. */
  static MethodResult of(ComparisonFolder folder, String method, List<Metric> metrics) {
    List<List<RowFigure>> runs = new ArrayList<>();
    for (EvalResult result : folder.results(method)) {
      runs.add(RowFigures.of(result.rows(), metrics));
    }
    List<RowFigure> pooled = new ArrayList<>();
    for (int i = 0; i < metrics.size(); i++) {
      int figure = i;
      pooled.add(RowFigure.pooled(runs.stream().map(run -> run.get(figure)).toList()));
    }
    return new MethodResult(
        method,
        folder.readCost(method),
        pooled,
        runs.stream().map(run -> run.get(0).value()).toList());
  }

  /** The figure that decides. */
  RowFigure first() {
    return pooled.get(0);
  }
}
