package org.tune4j.eval.gate;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.Shortened;
import org.tune4j.eval.StrictYaml;
import org.tune4j.eval.gate.GateCondition.Bound;
import org.tune4j.eval.gate.GateCondition.JudgeBy;

/** The keys of a gate's file. */
final class GateFile {
  private static final List<String> KEYS =
      List.of("task", "figure", "at_least", "at_most", "judge_by", "required");

  private final String where;
  private final JsonNode condition;

  private GateFile(String where, JsonNode condition) {
    this.where = where;
    this.condition = condition;
    StrictYaml.refuseUnknown(where, condition, KEYS);
  }

  static QualityGate gate(String name, JsonNode root) {
    StrictYaml.refuseUnknown(name, root, List.of("gates"));
    JsonNode gates = root.path("gates");
    if (!gates.isArray()) {
      throw new ConfigException(
          name + ": gates: found " + StrictYaml.kind(gates) + ", wanted a list of conditions");
    }
    List<GateCondition> conditions = new ArrayList<>();
    for (JsonNode each : gates) {
      conditions.add(
          new GateFile("%s: gates[%s]".formatted(name, conditions.size()), each).condition());
    }
    return new QualityGate(name, conditions);
  }

  private GateCondition condition() {
    String figure =
        text("figure")
            .orElseThrow(() -> new ConfigException(where + ": figure is missing; wanted a name"));
    List<Bound> bounds =
        Arrays.stream(Bound.values()).filter(bound -> condition.has(bound.key())).toList();
    if (bounds.size() != 1) {
      throw new ConfigException(
          where
              + ": found "
              + (bounds.isEmpty() ? "no limit" : "at_least and at_most")
              + ", wanted one of at_least and at_most");
    }
    Bound bound = bounds.get(0);
    return new GateCondition(
        text("task"), figure, bound, limit(bound.key()), judgeBy(), required());
  }

  private Optional<String> text(String key) {
    JsonNode value = condition.path(key);
    if (value.isMissingNode()) {
      return Optional.empty();
    }
    if (!value.isTextual() || value.asText().isBlank()) {
      throw wrong(key, value, "a name");
    }
    return Optional.of(value.asText());
  }

  private double limit(String key) {
    JsonNode value = condition.path(key);
    if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
      throw wrong(key, value, "a finite number");
    }
    return value.asDouble();
  }

  private JudgeBy judgeBy() {
    String found = text("judge_by").orElse(JudgeBy.VALUE.key());
    return Arrays.stream(JudgeBy.values())
        .filter(each -> each.key().equals(found))
        .findFirst()
        .orElseThrow(
            () -> wrong("judge_by", condition.path("judge_by"), "one of value and interval"));
  }

  private boolean required() {
    JsonNode value = condition.path("required");
    if (!value.isMissingNode() && !value.isBoolean()) {
      throw wrong("required", value, "true or false");
    }
    return value.asBoolean(true);
  }

  private ConfigException wrong(String key, JsonNode found, String wanted) {
    return new ConfigException(
        "%s: %s: found %s, wanted %s".formatted(where, key, Shortened.text(found), wanted));
  }
}
