package org.tune4j.eval.result;

import java.util.List;
import java.util.Optional;

/**
 * What one task found of one model.
 *
 * @param task its name
 * @param model what the model is called
 * @param figures in the order to show them
 * @param rows that they follow from; none where they are measured otherwise, as a latency is
 */
public record EvalResult(String task, String model, List<Figure> figures, List<EvalRow> rows) {
  public EvalResult {
    figures = List.copyOf(figures);
    rows = List.copyOf(rows);
  }

  /** The figure of a name. */
  public Optional<Figure> figure(String name) {
    return figures.stream().filter(figure -> figure.name().equals(name)).findFirst();
  }
}
