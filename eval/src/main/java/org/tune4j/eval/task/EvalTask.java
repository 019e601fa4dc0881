package org.tune4j.eval.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.Metrics;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.EvalRow;
import org.tune4j.eval.result.RowFigure;
import org.tune4j.eval.result.RowFigures;

/**
 * A task: rows, how a model is asked, and what is measured.
 *
 * @param name of the task
 * @param metrics the figures to give; empty for all that rows have, and of texts the general ones
 * @param rows asks the model
 */
public record EvalTask(String name, List<String> metrics, TaskRows rows) {
  public EvalTask {
    metrics = List.copyOf(metrics);
  }

  /**
   * Measures a model.
   *
   * @param modelName what it is called in the result
   */
  public EvalResult evaluate(BoundModel model, String modelName, Certainty certainty) {
    List<EvalRow> made = rows.of(model);
    return new EvalResult(
        name, modelName, figures(made).stream().map(certainty::measure).toList(), made);
  }

  /**
   * The figures of rows that a model made.
   *
   * @throws ConfigException if a metric is none that such rows have
   */
  public List<RowFigure> figures(List<EvalRow> made) {
    boolean written = made.stream().anyMatch(EvalRow.Completion.class::isInstance);
    List<Metric> texts =
        !written
            ? List.of()
            : metrics.isEmpty() ? Metrics.general() : metrics.stream().map(Metrics::named).toList();
    List<RowFigure> all = RowFigures.of(made, texts);
    if (metrics.isEmpty()) {
      return all;
    }
    List<RowFigure> wanted = new ArrayList<>();
    for (String metric : metrics) {
      all.stream()
          .filter(figure -> figure.name().equals(metric))
          .findFirst()
          .ifPresentOrElse(wanted::add, () -> refuse(metric, all));
    }
    return wanted;
  }

  private void refuse(String metric, List<RowFigure> all) {
    throw new ConfigException(
        "%s: metric_list: these rows have no figure %s; there are %s"
            .formatted(name, metric, all.stream().map(RowFigure::name).toList()));
  }

  /**
   * The task as something to do during training: a value {@code eval_TASK_FIGURE} each, those that
   * are undefined left out.
   */
  public Evaluation evaluation() {
    return model -> {
      Map<String, Double> values = new LinkedHashMap<>();
      for (RowFigure figure : figures(rows.of(model))) {
        double value = figure.value();
        if (!Double.isNaN(value)) {
          values.put("eval_" + name + "_" + figure.name(), value);
        }
      }
      return values;
    };
  }
}
