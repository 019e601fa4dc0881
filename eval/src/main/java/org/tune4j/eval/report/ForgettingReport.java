package org.tune4j.eval.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.result.FigureComparison;
import org.tune4j.eval.result.ModelComparison;
import org.tune4j.eval.task.EvalTask;

/**
 * What a model keeps of an old task when it learns a new one, in each way to learn it: the old
 * task's first figure before and after, on the same rows, with the interval of what it lost, and
 * beside it what the new task gained.
 *
 * <p>Not for use by two threads at once.
 */
public final class ForgettingReport {
  private final EvalTask oldTask;
  private final EvalTask newTask;
  private final Certainty certainty;
  private final Map<String, List<EvalResult>> results = new LinkedHashMap<>();

  /** A report of intervals of this kind, with nothing measured yet. */
  public ForgettingReport(EvalTask oldTask, EvalTask newTask, Certainty certainty) {
    if (oldTask.name().equals(newTask.name())) {
      throw new ConfigException("forgetting: both tasks are called " + oldTask.name());
    }
    this.oldTask = oldTask;
    this.newTask = newTask;
    this.certainty = certainty;
  }

  /**
   * One way to learn the new task.
   *
   * @param way what it is called
   * @param oldTask the old task's figure
   * @param kept that by what it was before; NaN of a figure of which less is better, and where it
   *     was 0
   * @param change of the old task's figure from before; empty of what was before
   * @param newTask the new task's figure
   */
  public record Row(
      String way, Figure oldTask, double kept, Optional<FigureComparison> change, Figure newTask) {}

  /**
   * Measures a model as it is now.
   *
   * @param way how it learned the new task; the model that is measured first is the one before
   * @return what was found
   * @throws ConfigException if that was measured already
   */
  public Row measure(String way, BoundModel model) {
    if (results.containsKey(way)) {
      throw new ConfigException("forgetting: " + way + " was measured already; name another way");
    }
    results.put(
        way,
        List.of(oldTask.evaluate(model, way, certainty), newTask.evaluate(model, way, certainty)));
    return row(way);
  }

  /** What was measured, in that order. */
  public List<Row> rows() {
    return results.keySet().stream().map(this::row).toList();
  }

  private Row row(String way) {
    Figure old = first(results.get(way).get(0));
    Figure before = first(results.values().iterator().next().get(0));
    boolean share = old.higherIsBetter() && before.value() != 0;
    return new Row(
        way,
        old,
        share ? old.value() / before.value() : Double.NaN,
        comparisons(way).stream().filter(each -> each.name().equals(old.name())).findFirst(),
        first(results.get(way).get(1)));
  }

  private static Figure first(EvalResult result) {
    return result.figures().get(0);
  }

  /** Of the old task alone, to the model before. */
  private List<FigureComparison> comparisons(String way) {
    List<EvalResult> before = results.values().iterator().next();
    return results.get(way) == before
        ? List.of()
        : new ModelComparison(certainty)
            .compare(before.subList(0, 1), results.get(way).subList(0, 1));
  }

  /**
   * The table as Markdown.
   *
   * @throws ConfigException if nothing was measured
   */
  public String markdown() {
    List<Row> rows = requireSome();
    Row first = rows.get(0);
    StringBuilder text = new StringBuilder();
    text.append(
        EvalMarkdown.row(
            List.of(
                "",
                oldTask.name() + ": " + first.oldTask().name(),
                "kept",
                "change",
                newTask.name() + ": " + first.newTask().name())));
    text.append("|---|---|---|---|---|\n");
    for (Row row : rows) {
      text.append(
          EvalMarkdown.row(
              List.of(
                  row.way(),
                  EvalMarkdown.cell(row.oldTask()),
                  Double.isNaN(row.kept()) ? Numbers.NONE : Numbers.percent(row.kept()),
                  row.change().map(ForgettingReport::change).orElse(Numbers.NONE),
                  EvalMarkdown.cell(row.newTask()))));
    }
    return text.toString();
  }

  private static String change(FigureComparison change) {
    return Numbers.shorter(change.difference())
        + change.interval().map(each -> " (" + FigureTable.text(each) + ")").orElse("");
  }

  /**
   * Writes {@code forgetting.md}, this table, and what {@link EvalReport} shows of all figures and
   * rows, the ways side by side.
   *
   * @return the page
   * @throws ConfigException if nothing was measured
   */
  public Path write(Path folder) {
    requireSome();
    List<String> ways = new ArrayList<>(results.keySet());
    EvalReport report = EvalReport.of(results.get(ways.get(0)));
    ways.subList(1, ways.size()).forEach(way -> report.and(results.get(way), comparisons(way)));
    Path page = report.write(folder);
    AtomicFile.write(folder.resolve("forgetting.md"), markdown().getBytes(StandardCharsets.UTF_8));
    return page;
  }

  private List<Row> requireSome() {
    if (results.isEmpty()) {
      throw new ConfigException("forgetting: nothing was measured yet");
    }
    return rows();
  }
}
