package org.tune4j.eval.gate;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.eval.StrictYaml;
import org.tune4j.eval.gate.GateResult.Line;
import org.tune4j.eval.gate.GateResult.Status;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.Figure;

/**
 * What figures must reach for a model to be let through.
 *
 * @param name what it is called: its file
 * @param conditions all of which must be met
 */
public record QualityGate(String name, List<GateCondition> conditions) {
  private static final String DEFAULT = "default-gate.yaml";

  /**
   * A gate.
   *
   * @throws ConfigException if it has no condition
   */
  public QualityGate {
    conditions = List.copyOf(conditions);
    if (conditions.isEmpty()) {
      throw new ConfigException(name + ": gates: found none, wanted at least one");
    }
  }

  /**
   * Reads a gate: {@code gates}, a list of conditions, each with {@code figure}, one of {@code
   * at_least} and {@code at_most}, and perhaps {@code task}, {@code judge_by} and {@code required}.
   *
   * @throws ConfigException if it is missing or says anything else; it names file and key
   */
  public static QualityGate read(Path file) {
    return GateFile.gate(file.toString(), StrictYaml.read(file));
  }

  /**
   * The gate that is shipped: what a model must be worth to be called qualified. A figure that
   * nobody measured does not fail it.
   */
  public static QualityGate standard() {
    try (InputStream in = QualityGate.class.getResourceAsStream(DEFAULT)) {
      if (in == null) {
        throw new EngineBugException(DEFAULT + " is not among the resources");
      }
      return GateFile.gate("default", StrictYaml.read(DEFAULT, in));
    } catch (IOException e) {
      throw new EngineBugException(DEFAULT + " cannot be read", e);
    }
  }

  /**
   * Judges what tasks found of one model. A condition that names no task is judged in every task
   * that measured its figure.
   *
   * @param results at least one, all of one model
   * @throws ConfigException if there is none, or they are of several models
   */
  public GateResult judge(List<EvalResult> results) {
    List<String> models = results.stream().map(EvalResult::model).distinct().toList();
    if (models.size() != 1) {
      throw new ConfigException(
          "gate "
              + name
              + ": found results of "
              + models.size()
              + " models, wanted one: "
              + models);
    }
    List<Line> lines = new ArrayList<>();
    for (GateCondition condition : conditions) {
      List<Line> measured =
          results.stream()
              .filter(result -> condition.task().map(result.task()::equals).orElse(true))
              .flatMap(
                  result ->
                      result.figure(condition.figure()).stream()
                          .map(figure -> judged(condition, result.task(), figure)))
              .toList();
      lines.addAll(measured.isEmpty() ? List.of(unmeasured(condition, results)) : measured);
    }
    return new GateResult(name, models.get(0), lines);
  }

  private static Line judged(GateCondition condition, String task, Figure figure) {
    Optional<String> fault = condition.fault(figure);
    return new Line(
        Optional.of(task),
        condition,
        Optional.of(figure),
        fault.isEmpty() ? Status.PASS : Status.FAIL,
        fault.orElse(""));
  }

  /** Of what is required it says what there was instead: a name that was misspelt shows here. */
  private static Line unmeasured(GateCondition condition, List<EvalResult> results) {
    if (!condition.required()) {
      return new Line(
          condition.task(),
          condition,
          Optional.empty(),
          Status.NOT_MEASURED,
          "no task measured it");
    }
    List<EvalResult> own =
        results.stream()
            .filter(result -> condition.task().map(result.task()::equals).orElse(true))
            .toList();
    String reason =
        own.isEmpty()
            ? "there is no task %s, only %s"
                .formatted(
                    condition.task().orElseThrow(), results.stream().map(EvalResult::task).toList())
            : "no task measured it; there were "
                + own.stream()
                    .flatMap(result -> result.figures().stream())
                    .map(Figure::name)
                    .distinct()
                    .toList();
    return new Line(condition.task(), condition, Optional.empty(), Status.FAIL, reason);
  }
}
