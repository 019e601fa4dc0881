package org.tune4j.eval.gate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.tune4j.engine.ConfigException;
import org.tune4j.eval.gate.GateCondition.JudgeBy;
import org.tune4j.eval.gate.GateResult.Line;
import org.tune4j.eval.gate.GateResult.Status;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.Figure;
import org.tune4j.eval.stats.Interval;

class QualityGateTest {
  private static Figure figure(String name, double value, double low, double high) {
    return Figure.of(name, value, 40, true).with(new Interval(low, high, 0.95));
  }

  private static EvalResult result(String task, Figure... figures) {
    return new EvalResult(task, "m", List.of(figures), List.of());
  }

  private static GateResult judge(GateCondition condition, EvalResult... results) {
    return new QualityGate("g", List.of(condition)).judge(List.of(results));
  }

  private static Status status(GateCondition condition, Figure figure) {
    return judge(condition, result("t", figure)).lines().get(0).status();
  }

  @Example
  void theLimitItselfIsEnough() {
    Figure figure = figure("x", 0.85, 0.8, 0.9);
    assertThat(status(GateCondition.atLeast("x", 0.85), figure)).isEqualTo(Status.PASS);
    assertThat(status(GateCondition.atMost("x", 0.85), figure)).isEqualTo(Status.PASS);
    assertThat(status(GateCondition.atLeast("x", Math.nextUp(0.85)), figure))
        .isEqualTo(Status.FAIL);
    assertThat(status(GateCondition.atMost("x", Math.nextDown(0.85)), figure))
        .isEqualTo(Status.FAIL);
  }

  @Property
  void theIntervalIsJudgedByItsWorseEnd(
      @ForAll @DoubleRange(min = 0, max = 1) double low,
      @ForAll @DoubleRange(min = 0, max = 1) double limit) {
    double high = low + 0.1;
    Figure figure = figure("x", low + 0.05, low, high);
    GateCondition least = GateCondition.atLeast("x", limit).by(JudgeBy.INTERVAL);
    GateCondition most = GateCondition.atMost("x", limit).by(JudgeBy.INTERVAL);
    assertThat(status(least, figure)).isEqualTo(low >= limit ? Status.PASS : Status.FAIL);
    assertThat(status(most, figure)).isEqualTo(high <= limit ? Status.PASS : Status.FAIL);
  }

  @Example
  void aFaultSaysWhatWasFoundAndWanted() {
    Figure figure = figure("x", 0.9, 0.81, 0.95);
    assertThat(judge(GateCondition.atLeast("x", 0.95), result("t", figure)).lines().get(0).reason())
        .isEqualTo("0.9 is not >= 0.95");
    assertThat(
            judge(GateCondition.atLeast("x", 0.85).by(JudgeBy.INTERVAL), result("t", figure))
                .lines()
                .get(0)
                .reason())
        .isEqualTo("the lower end of the interval 0.81 is not >= 0.85");
  }

  @Example
  void whatIsUndefinedOrHasNoIntervalFails() {
    GateCondition condition = GateCondition.atMost("x", 1);
    GateResult undefined = judge(condition, result("t", Figure.of("x", Double.NaN, 3, true)));
    assertThat(undefined.lines().get(0).status()).isEqualTo(Status.FAIL);
    assertThat(undefined.lines().get(0).reason()).contains("NaN");
    GateResult unsure =
        judge(condition.by(JudgeBy.INTERVAL), result("t", Figure.of("x", 0.5, 3, true)));
    assertThat(unsure.passed()).isFalse();
    assertThat(unsure.lines().get(0).reason()).contains("no interval");
    Figure nowhere = figure("x", 0.5, Double.NaN, Double.NaN);
    assertThat(status(condition.by(JudgeBy.INTERVAL), nowhere)).isEqualTo(Status.FAIL);
  }

  @Example
  void aConditionIsJudgedInEveryTaskThatMeasuredIt() {
    GateResult all =
        judge(
            GateCondition.atLeast("x", 0.5),
            result("a", figure("x", 0.6, 0.5, 0.7)),
            result("b", figure("y", 0.1, 0, 0.2)),
            result("c", figure("x", 0.4, 0.3, 0.5)));
    assertThat(all.lines()).extracting(line -> line.task().get()).containsExactly("a", "c");
    assertThat(all.passed()).isFalse();
    GateResult one =
        judge(
            GateCondition.atLeast("x", 0.5).of("a"),
            result("a", figure("x", 0.6, 0.5, 0.7)),
            result("c", figure("x", 0.4, 0.3, 0.5)));
    assertThat(one.passed()).isTrue();
  }

  @Example
  void whatIsRequiredAndNotMeasuredFails() {
    Line figure =
        judge(GateCondition.atLeast("acuracy", 1), result("t", figure("accuracy", 1, 1, 1)))
            .lines()
            .get(0);
    assertThat(figure.status()).isEqualTo(Status.FAIL);
    assertThat(figure.figure()).isEmpty();
    assertThat(figure.reason()).isEqualTo("no task measured it; there were [accuracy]");
    Line task =
        judge(GateCondition.atLeast("x", 1).of("reviws"), result("reviews", figure("x", 1, 1, 1)))
            .lines()
            .get(0);
    assertThat(task.reason()).isEqualTo("there is no task reviws, only [reviews]");
  }

  @Example
  void theShippedGateFailsOnlyOverWhatWasMeasured() {
    QualityGate gate = QualityGate.standard();
    assertThat(gate.conditions())
        .extracting(condition -> condition.figure() + " " + condition.wanted())
        .containsExactly(
            "accuracy >= 0.85",
            "acc >= 0.85",
            "f1_macro >= 0.85",
            "f1 >= 0.85",
            "bleu >= 45.0",
            "rougeL >= 0.45",
            "attack_success_rate <= 0.15");
    GateResult good = gate.judge(List.of(result("t", figure("accuracy", 0.9, 0.8, 1))));
    assertThat(good.passed()).isTrue();
    assertThat(good.count(Status.NOT_MEASURED)).isEqualTo(6);
    assertThat(good.verdict()).isEqualTo("m passes default: 1 passed, 0 failed, 6 not measured");
    assertThat(gate.judge(List.of(result("t", figure("bleu", 0.9, 0.8, 1)))).passed()).isFalse();
    assertThat(gate.judge(List.of(result("t", figure("wer", 0.9, 0.8, 1)))).passed()).isFalse();
  }

  @Example
  void onlyOneModelIsJudged() {
    QualityGate gate = QualityGate.standard();
    EvalResult other = new EvalResult("t", "n", List.of(), List.of());
    assertThatThrownBy(() -> gate.judge(List.of(result("t"), other)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("2 models", "[m, n]");
    assertThatThrownBy(() -> gate.judge(List.of())).isInstanceOf(ConfigException.class);
  }

  @Example
  void conditionsThatMeanNothingAreRefused() {
    assertThatThrownBy(() -> GateCondition.atLeast(" ", 1)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> GateCondition.atMost("x", Double.NaN))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new QualityGate("g", List.of())).isInstanceOf(ConfigException.class);
  }

  @Example
  void jsonTellsAllOfIt() throws Exception {
    QualityGate gate =
        new QualityGate(
            "g.yaml",
            List.of(
                GateCondition.atLeast("x", 0.5),
                new GateCondition(
                    Optional.of("t"),
                    "y",
                    GateCondition.Bound.AT_MOST,
                    2,
                    JudgeBy.INTERVAL,
                    false)));
    JsonMapper mapper = new JsonMapper();
    JsonNode json =
        mapper.readTree(
            mapper.writeValueAsString(
                gate.judge(List.of(result("t", Figure.of("x", Double.NaN, 7, true)))).json()));
    assertThat(json)
        .isEqualTo(
            mapper.readTree(
                """
                {"gate": "g.yaml", "model_name": "m", "passed": false, "lines": [
                  {"task": "t", "figure": "x", "at_least": 0.5, "judge_by": "value", "required": true,
                   "measured": {"value": null, "n": 7, "higher_is_better": true},
                   "status": "FAIL", "reason": "the figure is undefined (NaN)"},
                  {"task": "t", "figure": "y", "at_most": 2.0, "judge_by": "interval",
                   "required": false, "status": "NOT_MEASURED",
                   "reason": "no task measured it"}]}
                """));
  }
}
