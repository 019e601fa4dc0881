package org.tune4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

class MultipleChoiceEvaluationTest {
  private static final String MODEL =
      RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":260");
  private static final List<ChoiceQuestion> QUESTIONS =
      List.of(
          new ChoiceQuestion("The sky is", List.of("blue", "a very long answer", "up"), 0),
          new ChoiceQuestion("One and one:  ", List.of("two", "three"), 1),
          new ChoiceQuestion("红色的花是", List.of("玫瑰", "草", "一只很大的猫"), 2));

  @TempDir Path folder;

  @Test
  void theMostProbableChoiceIsTaken() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
        CausalLm base = RandomModels.create(MODEL, DType.FLOAT64, 3);
        BoundModel model = new BoundModel(base, null, null)) {
      MultipleChoiceEvaluation evaluation = new MultipleChoiceEvaluation(tokenizer, QUESTIONS);
      Map<String, Double> values = evaluation.evaluate(model);
      int right = 0;
      int rightByLength = 0;
      for (int q = 0; q < QUESTIONS.size(); q++) {
        ChoiceQuestion question = QUESTIONS.get(q);
        double[] scores = new double[question.choices().size()];
        double[] byLength = new double[scores.length];
        for (int c = 0; c < scores.length; c++) {
          String choice = question.choices().get(c);
          scores[c] = logLikelihood(model, tokenizer, question.context(), choice);
          byLength[c] = scores[c] / choice.length();
        }
        assertThat(evaluation.logLikelihoods().get(q)).containsExactly(scores, within(1e-9));
        right += highest(scores) == question.answer() ? 1 : 0;
        rightByLength += highest(byLength) == question.answer() ? 1 : 0;
      }
      assertThat(values).containsEntry("eval_acc", right / 3.0);
      assertThat(values).containsEntry("eval_acc_norm", rightByLength / 3.0);
    }
  }

  /** Of one byte after the other: a token of this tokenizer is a byte. */
  private static double logLikelihood(
      BoundModel model, Tokenizer tokenizer, String context, String choice) {
    int[] ids = tokenizer.encode(context + " " + choice, true).ids();
    int first = context.stripTrailing().getBytes(StandardCharsets.UTF_8).length;
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, first, EncodedExample.NOT_LEARNED);
    EncodedExample example = new EncodedExample(0, "question", ids, labels);
    return -new LossEvaluation(List.of(example), 512).evaluate(model).get("eval_loss")
        * (ids.length - first);
  }

  private static int highest(double[] scores) {
    double most = Arrays.stream(scores).max().orElseThrow();
    return Arrays.stream(scores).boxed().toList().indexOf(most);
  }

  @Test
  void questionsThatCannotBeAnsweredAreRefused() throws IOException {
    assertThatThrownBy(() -> new ChoiceQuestion("Why?", List.of("so"), 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("at least two answers");
    assertThatThrownBy(() -> new ChoiceQuestion("Why?", List.of("so", " "), 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("none of them blank");
    assertThatThrownBy(() -> new ChoiceQuestion("Why?", List.of("so", "not"), 2))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("2 of 2 choices");
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false))) {
      assertThatThrownBy(() -> new MultipleChoiceEvaluation(tokenizer, List.of()))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("there is no question");
    }
  }
}
