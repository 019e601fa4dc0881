package org.tune4j.eval.report;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.EvalRow;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.result.FigureComparison;

/**
 * What several models are worth in one task.
 *
 * @param task its name
 * @param results by what the models are called, the one first that others are compared with
 * @param comparisons with the first one, by what the models are called
 */
record TaskResults(
    String task, Map<String, EvalResult> results, Map<String, List<FigureComparison>> comparisons) {

  /**
   * All tasks that any model has, in the order of their first appearance.
   *
   * @param models of one name are told apart by numbers
   */
  static List<TaskResults> of(List<ShownModel> models) {
    List<String> names = names(models);
    Map<String, TaskResults> tasks = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      for (EvalResult result : models.get(i).results()) {
        tasks
            .computeIfAbsent(
                result.task(),
                task -> new TaskResults(task, new LinkedHashMap<>(), new HashMap<>()))
            .add(names.get(i), result, models.get(i).comparisons());
      }
    }
    return List.copyOf(tasks.values());
  }

  private void add(String model, EvalResult result, List<FigureComparison> compared) {
    results.put(model, result);
    comparisons.put(model, compared.stream().filter(each -> each.task().equals(task)).toList());
  }

  /** How a figure of a model compares with that of the first one, where that was tested. */
  Optional<FigureComparison> comparison(String model, String figure) {
    return comparisons.get(model).stream().filter(each -> each.name().equals(figure)).findFirst();
  }

  /** The models' names, each once. */
  static List<String> names(List<ShownModel> models) {
    Set<String> names = new LinkedHashSet<>();
    for (ShownModel model : models) {
      String name = model.results().get(0).model();
      String told = name;
      for (int number = 2; !names.add(told); number++) {
        told = name + " (" + number + ")";
      }
    }
    return List.copyOf(names);
  }

  /** The names of all figures that any model has. */
  List<String> figures() {
    Set<String> names = new LinkedHashSet<>();
    results
        .values()
        .forEach(result -> result.figures().forEach(figure -> names.add(figure.name())));
    return List.copyOf(names);
  }

  /** A figure of each model that has it. */
  Map<String, Figure> figures(String name) {
    Map<String, Figure> figures = new LinkedHashMap<>();
    results.forEach(
        (model, result) -> result.figure(name).ifPresent(figure -> figures.put(model, figure)));
    return figures;
  }

  /** The rows that all models have, by where they stand, each with what each model made of it. */
  List<Map<String, EvalRow>> commonRows() {
    Map<String, Map<String, EvalRow>> rows = new LinkedHashMap<>();
    results.forEach(
        (model, result) ->
            result
                .rows()
                .forEach(
                    row ->
                        rows.computeIfAbsent(
                                row.where() + "\n" + row.input(), key -> new LinkedHashMap<>())
                            .put(model, row)));
    return rows.values().stream().filter(row -> row.size() == results.size()).toList();
  }
}
