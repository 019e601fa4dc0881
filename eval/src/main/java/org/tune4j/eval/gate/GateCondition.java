package org.tune4j.eval.gate;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.stats.Interval;

/**
 * What one figure must reach.
 *
 * @param task which task must have measured it; empty for every task that did
 * @param figure its name
 * @param bound on which side of the limit it must be
 * @param limit that it must reach; the limit itself is enough
 * @param judgeBy what must reach it
 * @param required whether it is a failure that nobody measured it
 */
public record GateCondition(
    Optional<String> task,
    String figure,
    Bound bound,
    double limit,
    JudgeBy judgeBy,
    boolean required) {
  /** A side of a limit. */
  public enum Bound {
    AT_LEAST,
    AT_MOST;

    /** Its name in a file. */
    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What is held against a limit. */
  public enum JudgeBy {
    /** The figure itself. */
    VALUE,
    /** The end of its interval that is nearer to failing: the figure is then surely good enough. */
    INTERVAL;

    /** Its name in a file. */
    String key() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A condition.
   *
   * @throws ConfigException if the figure has no name or the limit is not finite
   */
  public GateCondition {
    Objects.requireNonNull(task, "task");
    Objects.requireNonNull(bound, "bound");
    Objects.requireNonNull(judgeBy, "judgeBy");
    if (figure.isBlank()) {
      throw new ConfigException("gate: figure: found nothing, wanted a name");
    }
    if (!Double.isFinite(limit)) {
      throw new ConfigException(
          "gate: %s: %s: found %s, wanted a finite number".formatted(figure, bound.key(), limit));
    }
  }

  /** A figure of any task that must be this or more. */
  public static GateCondition atLeast(String figure, double limit) {
    return new GateCondition(Optional.empty(), figure, Bound.AT_LEAST, limit, JudgeBy.VALUE, true);
  }

  /** A figure of any task that must be this or less. */
  public static GateCondition atMost(String figure, double limit) {
    return new GateCondition(Optional.empty(), figure, Bound.AT_MOST, limit, JudgeBy.VALUE, true);
  }

  /** The same of one task only. */
  public GateCondition of(String oneTask) {
    return new GateCondition(Optional.of(oneTask), figure, bound, limit, judgeBy, required);
  }

  /** The same, judged by something else. */
  public GateCondition by(JudgeBy other) {
    return new GateCondition(task, figure, bound, limit, other, required);
  }

  /** What is wanted, such as {@code >= 0.85}. */
  public String wanted() {
    return (bound == Bound.AT_LEAST ? ">= " : "<= ") + limit;
  }

  /** Why a figure does not meet it; empty if it does. */
  Optional<String> fault(Figure found) {
    if (!found.isDefined()) {
      return Optional.of("the figure is undefined (NaN)");
    }
    if (judgeBy == JudgeBy.VALUE) {
      return fault("", found.value());
    }
    Optional<Interval> interval = found.interval();
    if (interval.isEmpty()) {
      return Optional.of("no interval was measured to judge it by");
    }
    return bound == Bound.AT_LEAST
        ? fault("the lower end of the interval ", interval.get().low())
        : fault("the upper end of the interval ", interval.get().high());
  }

  /** NaN, which is on no side of anything, is a fault. */
  private Optional<String> fault(String what, double value) {
    boolean met = bound == Bound.AT_LEAST ? value >= limit : value <= limit;
    return met ? Optional.empty() : Optional.of(what + value + " is not " + wanted());
  }
}
