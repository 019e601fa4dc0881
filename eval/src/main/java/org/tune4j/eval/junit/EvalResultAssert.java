package org.tune4j.eval.junit;

import java.util.List;
import org.opentest4j.AssertionFailedError;
import org.tune4j.eval.gate.GateCondition;
import org.tune4j.eval.gate.GateCondition.JudgeBy;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.gate.QualityGate;
import org.tune4j.eval.report.EvalText;
import org.tune4j.eval.result.EvalResult;

/**
 * Assertions about what a task found. What fails tells figure, interval, limit, and the worst rows.
 */
public final class EvalResultAssert {
  private static final int WORST_ROWS = 5;

  private final EvalResult result;

  EvalResultAssert(EvalResult result) {
    this.result = result;
  }

  /** What is to be said of one of its figures. */
  public FigureAssert figure(String name) {
    return new FigureAssert(name, JudgeBy.VALUE);
  }

  /**
   * The result passes a gate. Conditions on other tasks are not this result's to meet: they must
   * not be required.
   *
   * @throws AssertionFailedError if it does not
   */
  public EvalResultAssert passes(QualityGate gate) {
    GateResult judged = gate.judge(List.of(result));
    if (!judged.passed()) {
      String worst = EvalText.worstRows(result, WORST_ROWS);
      throw new AssertionFailedError(EvalText.gate(judged) + (worst.isEmpty() ? "" : "\n" + worst));
    }
    return this;
  }

  /** Assertions about a figure. */
  public final class FigureAssert {
    private final String name;
    private final JudgeBy judgeBy;

    private FigureAssert(String name, JudgeBy judgeBy) {
      this.name = name;
      this.judgeBy = judgeBy;
    }

    /** From here on the worse end of the figure's interval has to do, not only its value. */
    public FigureAssert byInterval() {
      return new FigureAssert(name, JudgeBy.INTERVAL);
    }

    /**
     * It is this or more.
     *
     * @throws AssertionFailedError if it is less or undefined, or was not measured
     */
    public FigureAssert isAtLeast(double limit) {
      return meets(GateCondition.atLeast(name, limit));
    }

    /**
     * It is this or less.
     *
     * @throws AssertionFailedError if it is more or undefined, or was not measured
     */
    public FigureAssert isAtMost(double limit) {
      return meets(GateCondition.atMost(name, limit));
    }

    private FigureAssert meets(GateCondition condition) {
      passes(new QualityGate("the assertion", List.of(condition.by(judgeBy))));
      return this;
    }

    /** Another figure of the same result. */
    public FigureAssert figure(String other) {
      return EvalResultAssert.this.figure(other);
    }
  }
}
