package org.tune4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.eval.metric.Answer;
import org.tune4j.eval.metric.ExactMatch;
import org.tune4j.eval.metric.MetricRows;
import org.tune4j.eval.metric.Metrics;

class CompletionEvaluationTest {
  private static final int NEW_TOKENS = 12;
  private static final List<String> PROMPTS = List.of("a", "what is it? ", "bb", "sum of 1 and 2");

  @TempDir static Path folder;
  private static Tokenizer tokenizer;
  private static CausalLm weights;
  private static BoundModel model;

  @BeforeAll
  static void create() throws IOException {
    tokenizer = Tokenizer.load(ByteTokenizer.write(folder, true));
    weights = RandomModels.create(RandomModels.LLAMA.replace(":97,", ":260,"), DType.FLOAT32, 7);
    model = new BoundModel(weights, null, null);
  }

  @AfterAll
  static void close() {
    model.close();
    weights.close();
    tokenizer.close();
  }

  private static Map<String, String> row(String prompt, String completion) {
    return Map.of("prompt", prompt, "completion", completion);
  }

  private static ExampleSource source(List<Map<String, String>> rows) {
    return ExampleSource.of(rows, "held-out.jsonl");
  }

  /** What the model says to a prompt that stands alone, encoded as a row of training is. */
  private static String alone(String prompt) {
    EncodedExample row =
        EncodedExamples.all(source(List.of(row(prompt, "x"))), tokenizer, DataConfig.DEFAULT)
            .get(0);
    int[] ids = Arrays.copyOf(row.ids(), row.length() - row.labelCount());
    GenerationConfig config =
        GenerationConfig.builder()
            .maxNewTokens(NEW_TOKENS)
            .endOfText(Set.of(2, ByteTokenizer.EOS))
            .build();
    return tokenizer.decode(
        new Generator(model).generate(List.of(ids), config).get(0).newIds(), true);
  }

  @Test
  void answersAreThoseOfEachPromptAlone() {
    List<Map<String, String>> examples = new ArrayList<>();
    for (String prompt : PROMPTS) {
      examples.add(row(prompt, "?"));
    }
    for (int batch : new int[] {1, 3, 16}) {
      CompletionEvaluation evaluation =
          new CompletionEvaluation(
              tokenizer,
              DataConfig.DEFAULT,
              source(examples),
              NEW_TOKENS,
              Metrics.general(),
              batch);
      evaluation.evaluate(model);
      assertThat(evaluation.answers())
          .isEqualTo(PROMPTS.stream().map(p -> new Answer(p, "?", alone(p))).toList());
    }
  }

  @Test
  void valuesAreSharesOfAnswers() {
    List<Map<String, String>> examples = new ArrayList<>();
    for (String prompt : PROMPTS) {
      boolean known = examples.size() < 3;
      examples.add(row(prompt, known ? alone(prompt) : "something else"));
    }
    CompletionEvaluation evaluation =
        new CompletionEvaluation(tokenizer, DataConfig.DEFAULT, source(examples), NEW_TOKENS);
    assertThat(evaluation.answers()).isEmpty();
    assertThat(evaluation.evaluate(model))
        .containsExactly(Map.entry("eval_exact_match", 0.75), Map.entry("eval_accuracy", 0.75));
    assertThat(evaluation.answers()).hasSize(4);
  }

  @Test
  void metricsByNameCarryTheirStatisticsAndSignatures() {
    List<Map<String, String>> examples = new ArrayList<>();
    for (String prompt : PROMPTS) {
      examples.add(row(prompt, "The answer is 42."));
    }
    CompletionEvaluation evaluation =
        new CompletionEvaluation(
            tokenizer,
            DataConfig.DEFAULT,
            source(examples),
            NEW_TOKENS,
            Stream.of("bleu", "chrf", "rougeL", "numeric_match").map(Metrics::named).toList(),
            4);
    assertThat(evaluation.evaluate(model))
        .containsOnlyKeys("eval_bleu", "eval_chrf", "eval_rougeL", "eval_numeric_match");
    MetricRows bleu = evaluation.rows().get(0);
    assertThat(bleu.statistics()).hasSize(PROMPTS.size());
    assertThat(bleu.signature()).startsWith("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp");
  }

  @Test
  void whatNoAnswerCanMeetIsRefusedBeforeThereAreAnswers() {
    assertThatThrownBy(
            () ->
                new CompletionEvaluation(
                    tokenizer,
                    DataConfig.DEFAULT,
                    source(List.of(row("a", "42"), row("b", "many"))),
                    NEW_TOKENS,
                    List.of(Metrics.named("numeric_match")),
                    4))
        .isInstanceOf(DataException.class)
        .hasMessage("held-out.jsonl:2: numeric_match: the reference \"many\" has no number");
  }

  @Test
  void whatCannotBeAnsweredIsRefused() {
    assertThatThrownBy(
            () -> new CompletionEvaluation(tokenizer, DataConfig.DEFAULT, source(List.of()), 4))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no held-out example");
    assertThatThrownBy(
            () ->
                new CompletionEvaluation(
                    tokenizer, DataConfig.DEFAULT, source(List.of(row("", "text"))), 4))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("held-out.jsonl:1: has no prompt");
    CompletionEvaluation tooLong =
        new CompletionEvaluation(
            tokenizer,
            DataConfig.DEFAULT,
            source(List.of(row("a", "b"), row("x".repeat(120), "b"))),
            20,
            List.of(new ExactMatch()),
            4);
    assertThatThrownBy(() -> tooLong.evaluate(model))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("held-out.jsonl:2: the prompt has 121 tokens");
  }
}
