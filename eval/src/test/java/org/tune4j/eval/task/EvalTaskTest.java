package org.tune4j.eval.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.generate.ContinuationScorer;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.eval.WindowedPerplexity;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.EvalRow;
import org.tune4j.eval.result.Figure;
import org.tune4j.testdata.DemoFiles;

class EvalTaskTest {
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

  private static EvalTask task(String yaml, String... rows) throws IOException {
    return task(tokenizer, yaml, Optional.empty(), rows);
  }

  private static EvalTask task(
      Tokenizer tokenizer, String yaml, Optional<HeadTask> head, String... rows)
      throws IOException {
    Files.write(folder.resolve("rows.jsonl"), List.of(rows));
    Path file = Files.writeString(folder.resolve("task.yaml"), yaml);
    return new EvalTasks(
            tokenizer,
            head,
            paths -> new DataFiles().open(paths.toArray(Path[]::new)),
            Integer.MAX_VALUE,
            2)
        .task(TaskFile.read(file));
  }

  private static EvalResult run(EvalTask task) {
    return task.evaluate(model, "random", Certainty.DEFAULT);
  }

  private static String greedy(String prompt, int tokens) {
    int[] ids = tokenizer.encode(prompt, true).ids();
    GenerationConfig config =
        GenerationConfig.builder()
            .maxNewTokens(tokens)
            .endOfText(Set.of(2, tokenizer.eosId().orElseThrow()))
            .build();
    return tokenizer.decode(
        new Generator(model).generate(List.of(ids), config).get(0).newIds(), true);
  }

  @Test
  void promptsAreDescriptionSolvedExamplesAndQuestion() throws IOException {
    Files.writeString(
        folder.resolve("shots.jsonl"),
        """
        {"q": "a", "a": "1"}
        {"q": "b", "a": "2"}
        {"q": "c", "a": "3"}
        """);
    EvalTask task =
        task(
            """
            task: shots
            output_type: generate_until
            dataset_path: rows.jsonl
            description: "D. "
            doc_to_text: "Q: {{q}}\\nA:"
            doc_to_target: a
            num_fewshot: 2
            fewshot_dataset_path: shots.jsonl
            generation_kwargs: {max_gen_toks: 5, until: []}
            """,
            "{\"q\": \"x\", \"a\": [\"7\", \"8\"]}");
    EvalRow.Completion row = (EvalRow.Completion) run(task).rows().get(0);
    String prompt = "D. Q: a\nA: 1\n\nQ: b\nA: 2\n\nQ: x\nA:";
    assertThat(row.input()).isEqualTo(prompt);
    assertThat(row.references()).containsExactly("7", "8");
    assertThat(row.output()).isEqualTo(greedy(prompt, 5));
    assertThat(row.where()).endsWith("rows.jsonl:1");
  }

  @Test
  void rowsThatArePromptsThemselvesNeedNoTemplate() throws IOException {
    EvalTask task =
        task(
            """
            task: own
            output_type: generate_until
            dataset_path: rows.jsonl
            generation_kwargs: {max_gen_toks: 4}
            metric_list: [exact_match, {metric: bleu}]
            """,
            "{\"prompt\": \"what?\", \"completion\": \"%s\"}".formatted("no"),
            "{\"prompt\": \"who\", \"completion\": \"me\"}");
    EvalResult result = run(task);
    assertThat(result.figures()).extracting(Figure::name).containsExactly("exact_match", "bleu");
    assertThat(result.figures().get(1).signature()).contains("tok:");
    assertThat(result.figures().get(0).interval()).isPresent();
    assertThat(((EvalRow.Completion) result.rows().get(1)).output()).isEqualTo(greedy("who", 4));
  }

  @Test
  void anAnswerEndsBeforeTheFirstStopText() throws IOException {
    String whole = greedy("what?", 12);
    String stop = whole.substring(3, 5);
    EvalTask task =
        task(
            """
            task: stopped
            output_type: generate_until
            dataset_path: rows.jsonl
            generation_kwargs: {max_gen_toks: 12, until: [%s]}
            """
                .formatted(quoted(stop)),
            "{\"prompt\": \"what?\", \"completion\": \"no\"}");
    assertThat(((EvalRow.Completion) run(task).rows().get(0)).output())
        .isEqualTo(whole.substring(0, whole.indexOf(stop)));
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    text.chars().forEach(c -> quoted.append("\\u%04x".formatted(c)));
    return quoted.append('"').toString();
  }

  @Test
  void choicesAreJudgedByTheLogLikelihoodsOfTheirTokens() throws IOException {
    EvalTask task =
        task(
            """
            task: choices
            output_type: multiple_choice
            dataset_path: rows.jsonl
            doc_to_text: "Q: {{q}}\\nA:"
            doc_to_choice: options
            doc_to_target: right
            target_delimiter: ""
            """,
            "{\"q\": \"x\", \"options\": [\"ab\", \"cde\"], \"right\": 1}",
            "{\"q\": \"y\", \"options\": [\"ab\", \"f\"], \"right\": \"ab\"}");
    EvalResult result = run(task);
    EvalRow.Choice row = (EvalRow.Choice) result.rows().get(0);
    int[] context = tokenizer.encode("Q: x\nA:", true).ids();
    int[] whole = tokenizer.encode("Q: x\nA:cde", true).ids();
    double[] expected =
        new ContinuationScorer(model)
            .logLikelihoods(
                context, List.of(Arrays.copyOfRange(whole, context.length, whole.length)));
    assertThat(row.logLikelihoods().get(1)).isCloseTo(expected[0], within(1e-4));
    assertThat(row.expected()).isOne();
    assertThat(((EvalRow.Choice) result.rows().get(1)).expected()).isZero();
    double right =
        result.rows().stream()
            .map(EvalRow.Choice.class::cast)
            .filter(
                each ->
                    each.logLikelihoods().get(each.expected())
                        >= each.logLikelihoods().stream()
                            .mapToDouble(Double::doubleValue)
                            .max()
                            .orElseThrow())
            .count();
    assertThat(result.figure("acc").orElseThrow().value()).isEqualTo(right / 2);
  }

  @Test
  void perplexityIsOfAllTokensByWordsAndBytesToo() throws IOException {
    EvalTask task =
        task(
            """
            task: texts
            output_type: loglikelihood_rolling
            dataset_path: rows.jsonl
            max_length: 16
            stride: 8
            """,
            "{\"text\": \"some words to read, more than a window\"}",
            "{\"text\": \"two words\"}");
    EvalResult result = run(task);
    double loss = 0;
    double tokens = 0;
    for (String text : List.of("some words to read, more than a window", "two words")) {
      var measured =
          new WindowedPerplexity(16, 8).measure(model, tokenizer.encode(text, true).ids()).loss();
      loss += measured.sum();
      tokens += measured.weight();
    }
    assertThat(result.figure("perplexity").orElseThrow().value())
        .isCloseTo(Math.exp(loss / tokens), within(1e-9));
    assertThat(result.figure("word_perplexity").orElseThrow().value())
        .isCloseTo(Math.exp(loss / 10), within(1e-6 * Math.exp(loss / 10)));
    assertThat(result.figure("bits_per_byte").orElseThrow().value())
        .isCloseTo(loss / 47 / Math.log(2), within(1e-9));
  }

  @Test
  void aHeadIsMeasuredOnLabelledRows() throws IOException {
    HeadTask task = new HeadTask.SingleLabel(new Labels(List.of("no", "yes")));
    Path demo = DemoFiles.copyBaseTo(folder.resolve("demo"));
    try (CausalLm base = CausalLm.load(demo, DType.FLOAT32, "cpu", task, 3);
        Tokenizer own = Tokenizer.load(demo);
        BoundModel headed = new BoundModel(base, null, null)) {
      EvalTask labels =
          task(
              own,
              """
              task: labels
              output_type: classification
              dataset_path: rows.jsonl
              metric_list: [accuracy, f1_macro, roc_auc]
              """,
              Optional.of(task),
              "{\"text\": \"good\", \"label\": \"yes\"}",
              "{\"text\": \"bad\", \"label\": \"no\"}",
              "{\"text\": \"fine\", \"label\": \"yes\"}");
      EvalResult result = labels.evaluate(headed, "m", Certainty.DEFAULT);
      List<EvalRow.Label> rows = result.rows().stream().map(EvalRow.Label.class::cast).toList();
      assertThat(rows).extracting(EvalRow.Label::input).containsExactly("good", "bad", "fine");
      assertThat(rows.get(1).probabilities().keySet()).containsExactly("no", "yes");
      assertThat(result.figure("accuracy").orElseThrow().value())
          .isEqualTo(rows.stream().filter(EvalRow.Label::isRight).count() / 3.0);
      assertThat(labels.evaluation().evaluate(headed))
          .containsEntry("eval_labels_accuracy", result.figure("accuracy").orElseThrow().value());
    }
  }

  private static Stream<Arguments> wrongFiles() {
    return Stream.of(
        Arguments.of("output_type: generate_untill", "output_type"),
        Arguments.of("output_type: generate_until\ndoc_to_txt: q", "the nearest is doc_to_text"),
        Arguments.of(
            "output_type: generate_until\ndoc_to_text: '{{q}}'", "doc_to_target is missing"),
        Arguments.of("output_type: generate_until\nmetric_list: [blue]", "did you mean bleu"),
        Arguments.of("output_type: classification\nmetric_list: [bleu]", "has no figure bleu"),
        Arguments.of(
            "output_type: multiple_choice\ndoc_to_text: q\ndoc_to_target: a",
            "doc_to_choice is missing"),
        Arguments.of(
            "output_type: generate_until\ndoc_to_text: q\ndoc_to_target: a\nnum_fewshot: 2",
            "fewshot_dataset_path"),
        Arguments.of(
            "output_type: generate_until\ngeneration_kwargs: {max_gen_tokens: 4}",
            "the nearest is max_gen_toks"),
        Arguments.of(
            "output_type: generate_until\ngeneration_kwargs: {temperature: 0.5}", "do_sample"),
        Arguments.of(
            "output_type: generate_until\ndoc_to_text: '{{nope}}'\ndoc_to_target: a",
            "'nope' is undefined"),
        Arguments.of(
            "output_type: generate_until\ndoc_to_text: q\ndoc_to_target: '{{a'",
            "rows.yaml: doc_to_target"),
        Arguments.of(
            "output_type: multiple_choice\ndoc_to_text: q\ndoc_to_target: a\ndoc_to_choice: [x, y]",
            "wanted the number of a choice"),
        Arguments.of("output_type: classification", "has no task head"));
  }

  @ParameterizedTest
  @MethodSource("wrongFiles")
  void whatIsWrongIsNamedBeforeTheModelIsAsked(String yaml, String message) {
    assertThatThrownBy(
            () ->
                task("task: t\ndataset_path: rows.jsonl\n" + yaml, "{\"q\": \"x\", \"a\": \"7\"}"))
        .isInstanceOf(Tune4jException.class)
        .hasMessageContaining(message.replace("rows.yaml", "task.yaml").strip());
  }

  @Test
  void noRowIsAnError() {
    assertThatThrownBy(
            () ->
                task("task: t\ndataset_path: rows.jsonl\noutput_type: loglikelihood_rolling\n", ""))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> task("task: a/b\ndataset_path: x\noutput_type: generate_until\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a/b");
  }
}
