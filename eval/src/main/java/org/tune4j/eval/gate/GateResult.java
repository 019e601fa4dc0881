package org.tune4j.eval.gate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.result.ResultFolder;

/**
 * What a gate said of a model.
 *
 * @param gate what the gate is called: its file
 * @param model what the model is called
 * @param lines one for each condition and each task that measured its figure, in the gate's order
 */
public record GateResult(String gate, String model, List<Line> lines) {
  public GateResult {
    lines = List.copyOf(lines);
  }

  /** What became of a condition. */
  public enum Status {
    PASS,
    FAIL,
    /** Nobody measured the figure, and the condition does not require it. */
    NOT_MEASURED
  }

  /**
   * What became of a condition in a task.
   *
   * @param task the task; empty where no task measured the figure and the condition names none
   * @param figure what was measured, if it was
   * @param reason why it is no pass; empty if it is one
   */
  public record Line(
      Optional<String> task,
      GateCondition condition,
      Optional<Figure> figure,
      Status status,
      String reason) {

    /** A name that tells lines apart, such as {@code reviews: accuracy >= 0.85}. */
    public String name() {
      return task.map(name -> name + ": ").orElse("")
          + condition.figure()
          + " "
          + condition.wanted();
    }
  }

  /**
   * Whether the model is let through: no line fails, and at least one passes. A gate that has
   * judged nothing lets nobody through.
   */
  public boolean passed() {
    return count(Status.FAIL) == 0 && count(Status.PASS) > 0;
  }

  /** How many lines have a status. */
  public long count(Status status) {
    return lines.stream().filter(line -> line.status() == status).count();
  }

  /** The verdict in one sentence. */
  public String verdict() {
    return "%s %s %s: %s passed, %s failed, %s not measured"
        .formatted(
            model,
            passed() ? "passes" : "does not pass",
            gate,
            count(Status.PASS),
            count(Status.FAIL),
            count(Status.NOT_MEASURED));
  }

  /** All of it by names, as {@code gate.json} has it; what is undefined is null. */
  public Map<String, Object> json() {
    List<Map<String, Object>> all = new ArrayList<>();
    for (Line line : lines) {
      GateCondition condition = line.condition();
      Map<String, Object> json = new LinkedHashMap<>();
      line.task().ifPresent(task -> json.put("task", task));
      json.put("figure", condition.figure());
      json.put(condition.bound().key(), condition.limit());
      json.put("judge_by", condition.judgeBy().key());
      json.put("required", condition.required());
      line.figure().ifPresent(figure -> json.put("measured", ResultFolder.json(figure)));
      json.put("status", line.status().name());
      if (!line.reason().isEmpty()) {
        json.put("reason", line.reason());
      }
      all.add(json);
    }
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("gate", gate);
    json.put("model_name", model);
    json.put("passed", passed());
    json.put("lines", all);
    return json;
  }
}
