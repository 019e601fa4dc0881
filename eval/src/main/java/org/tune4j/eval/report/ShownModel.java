package org.tune4j.eval.report;

import java.util.List;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.FigureComparison;

/**
 * What is known of a model.
 *
 * @param results of its tasks; at least one
 * @param comparisons with the first model of the report; may be empty
 */
record ShownModel(List<EvalResult> results, List<FigureComparison> comparisons) {
  ShownModel {
    results = List.copyOf(results);
    comparisons = List.copyOf(comparisons);
  }
}
