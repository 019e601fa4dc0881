package org.tune4j.eval.junit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedSuccessfully;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;
import static org.tune4j.eval.junit.EvalAssertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;
import org.opentest4j.AssertionFailedError;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.testdata.DemoFiles;

/** The extension as a user's test class sees it. */
class EvalTestTest {
  private static final String FILES = "src/test/resources/org/tune4j/eval/junit/";
  private static final String TASK = FILES + "choices.yaml";

  @TempDir static Path folder;
  private static int made;
  private static int closed;

  @BeforeAll
  static void write() throws IOException {
    ByteTokenizer.write(folder, true);
  }

  /** What a user writes; run by the tests below only. */
  static class Users {
    static EvaluatedModel random() {
      made++;
      Tokenizer tokenizer = Tokenizer.load(folder);
      CausalLm weights =
          RandomModels.create(RandomModels.LLAMA.replace(":97,", ":260,"), DType.FLOAT32, 7);
      BoundModel model = new BoundModel(weights, null, null);
      return EvaluatedModel.of(
          "random", model, tokenizer, Optional.empty(), model, weights, tokenizer, () -> closed++);
    }

    @EvalTest(task = TASK, modelMethod = "random")
    void someAreRight(EvalResult result) {
      Assertions.assertThat(result.rows()).hasSize(4);
      assertThat(result).figure("acc").isAtLeast(0).isAtMost(1).figure("acc_norm").isAtLeast(0);
    }

    @EvalTest(task = TASK, modelMethod = "random", limit = 2)
    void limitIsKept(EvalResult result) {
      Assertions.assertThat(result.rows()).hasSize(2);
    }

    @EvalTest(task = TASK, modelMethod = "random")
    void surelyAllAreRight(EvalResult result) {
      assertThat(result).figure("acc").byInterval().isAtLeast(0.99);
    }

    @EvalTest(task = TASK, modelMethod = "random", gate = FILES + "strict-gate.yaml")
    void gateIsJudgedAfterwards() {}

    @EvalTest(task = TASK, modelMethod = "random", gate = FILES + "lenient-gate.yaml")
    void gateIsPassed() {}

    @EvalTest(task = TASK, modelMethod = "nobody")
    void noSuchMethod(EvalResult result) {}

    @EvalTest(task = TASK)
    void noModel(EvalResult result) {}
  }

  @Test
  void loadsFolders() throws Exception {
    try (EvaluatedModel demo =
        EvaluatedModel.load(DemoFiles.copyBaseTo(folder.resolve("demo-base")))) {
      EvalResult result = demo.evaluate(Path.of(TASK), 3);
      Assertions.assertThat(result.model()).isEqualTo("demo-base");
      Assertions.assertThat(result.rows()).hasSize(3);
    }
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Assertions.assertThatThrownBy(() -> EvaluatedModel.load(empty))
        .isInstanceOf(ModelFormatException.class);
  }

  private static Events run() {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectClass(Users.class))
        .execute()
        .testEvents();
  }

  @Test
  void measuresJudgesAndCloses() {
    made = 0;
    closed = 0;
    Events events = run();
    events.assertStatistics(counts -> counts.started(7).succeeded(3).failed(4));
    events
        .assertThatEvents()
        .haveExactly(1, event(test("someAreRight"), finishedSuccessfully()))
        .haveExactly(1, event(test("limitIsKept"), finishedSuccessfully()))
        .haveExactly(1, event(test("gateIsPassed"), finishedSuccessfully()))
        .haveExactly(
            1,
            event(
                test("surelyAllAreRight"),
                finishedWithFailure(
                    instanceOf(AssertionFailedError.class),
                    message(
                        text ->
                            text.contains("choices: acc >= 0.99: 0.")
                                && text.contains("the lower end of the interval 0.")
                                && text.contains("rows of choices are not right; the worst:")
                                && text.contains("choices.jsonl:")))))
        .haveExactly(
            1,
            event(
                test("gateIsJudgedAfterwards"),
                finishedWithFailure(
                    instanceOf(AssertionFailedError.class),
                    message(text -> text.contains("random does not pass")))))
        .haveExactly(
            1,
            event(
                test("noSuchMethod"),
                finishedWithFailure(
                    message(text -> text.contains("no static EvaluatedModel nobody()")))))
        .haveExactly(
            1,
            event(
                test("noModel"),
                finishedWithFailure(
                    message(text -> text.contains("wanted one of model and modelMethod")))));
    Assertions.assertThat(made).isOne();
    Assertions.assertThat(closed).isOne();
  }
}
