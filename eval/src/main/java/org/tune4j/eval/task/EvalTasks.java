package org.tune4j.eval.task;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.LabelEncoder;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.FormText;
import org.tune4j.engine.data.form.Turns;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.JsonValues;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.eval.ChoiceQuestion;
import org.tune4j.eval.PromptAnswers;
import org.tune4j.eval.WindowedPerplexity;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.Metrics;

/** Makes tasks of what task files say, for models of one tokenizer and head. */
public final class EvalTasks {
  private final Tokenizer tokenizer;
  private final Optional<HeadTask> head;
  private final Function<List<Path>, ExampleSource> files;
  private final int limit;
  private final int batch;

  /**
   * A maker of tasks.
   *
   * @param tokenizer the models' own
   * @param head what their task head says; empty for language models
   * @param files opens files of rows
   * @param limit the most rows of a task
   * @param batch prompts that are answered at a time
   */
  public EvalTasks(
      Tokenizer tokenizer,
      Optional<HeadTask> head,
      Function<List<Path>, ExampleSource> files,
      int limit,
      int batch) {
    this.tokenizer = tokenizer;
    this.head = head;
    this.files = files;
    this.limit = limit;
    this.batch = batch;
    if (limit < 1) {
      throw new ConfigException("limit: wanted at least 1, found " + limit);
    }
  }

  /**
   * A task.
   *
   * @throws ConfigException if the model has no such head
   * @throws org.tune4j.engine.DataException if rows cannot be used
   */
  public EvalTask task(TaskConfig config) {
    return new EvalTask(config.name(), config.metrics(), rows(config));
  }

  private TaskRows rows(TaskConfig config) {
    return switch (config.outputType()) {
      case GENERATE_UNTIL -> generation(config);
      case MULTIPLE_CHOICE -> choices(config);
      case LOGLIKELIHOOD_ROLLING -> losses(config);
      case CLASSIFICATION, TOKEN_CLASSIFICATION -> heads(config);
    };
  }

  private ExampleSource source(TaskConfig config) {
    return first(limit, config.dataset());
  }

  private ExampleSource first(int most, List<Path> dataset) {
    ExampleSource all = files.apply(dataset);
    return bad -> all.rows(bad).limit(most);
  }

  private PromptTexts texts(PromptConfig prompt) {
    int shots = prompt.numFewshot();
    return new PromptTexts(
        prompt, shots == 0 ? bad -> Stream.of() : first(shots, prompt.fewshot()));
  }

  private TaskRows generation(TaskConfig config) {
    List<PromptRow> prompts =
        config
            .prompt()
            .map(prompt -> prompts(config, prompt))
            .orElseGet(() -> promptsOfForms(config));
    checkMeasurable(config, prompts);
    return new GenerationRows(prompts, new PromptAnswers(tokenizer, config.generation(), batch));
  }

  private List<PromptRow> prompts(TaskConfig config, PromptConfig prompt) {
    PromptTexts texts = texts(prompt);
    ExampleEncoder encoder = new ExampleEncoder(tokenizer, config.data());
    return PromptTexts.made(
        source(config),
        row -> {
          String text = texts.prompt(row);
          ExampleForm form =
              new ExampleForm.Prompt(
                  prompt.applyChatTemplate() ? said(text) : new Turns.Plain(text));
          Example example =
              new Example(row.line(), row.source(), row.line(), form, ChatContext.NONE);
          return new PromptRow(
              row.where(), text, encoder.prompt(example), prompt.docToTarget().texts(row));
        });
  }

  private static Turns said(String text) {
    return new Turns.Messages(List.of(JsonValues.row(Map.of("role", "user", "content", text))));
  }

  private List<PromptRow> promptsOfForms(TaskConfig config) {
    ExampleEncoder encoder = new ExampleEncoder(tokenizer, config.data());
    try (Examples examples = Examples.of(source(config), config.data())) {
      return examples.all().stream()
          .map(
              example -> {
                FormText text = FormText.of(example.form());
                return new PromptRow(
                    example.where(),
                    text.prompt(),
                    encoder.prompt(example),
                    List.of(text.wanted()));
              })
          .toList();
    }
  }

  /** Refuses now what would be refused when all answers were written. */
  private static void checkMeasurable(TaskConfig config, List<PromptRow> prompts) {
    if (prompts.isEmpty()) {
      throw new DataException(config.name() + ": dataset_path: there is no row");
    }
    List<Metric> metrics =
        config.metrics().isEmpty()
            ? Metrics.general()
            : config.metrics().stream().map(Metrics::named).toList();
    for (PromptRow prompt : prompts) {
      metrics.forEach(metric -> metric.requireMeasurable(prompt.where(), prompt.references()));
    }
  }

  private TaskRows choices(TaskConfig config) {
    PromptConfig prompt = config.prompt().orElseThrow();
    PromptTexts texts = texts(prompt);
    List<String> where = new ArrayList<>();
    List<ChoiceQuestion> questions =
        PromptTexts.made(
            source(config),
            row -> {
              where.add(row.where());
              try {
                List<String> choices = texts.choices(row);
                return new ChoiceQuestion(
                    texts.prompt(row),
                    choices,
                    texts.answer(row, choices),
                    prompt.targetDelimiter());
              } catch (DataException e) {
                throw new DataException(row.where() + ": " + e.getMessage(), e);
              }
            });
    return new ChoiceRows(tokenizer, where, questions);
  }

  private TaskRows losses(TaskConfig config) {
    RowExpression text =
        config
            .prompt()
            .map(PromptConfig::docToText)
            .orElseGet(() -> new RowExpression("text", config.name()));
    List<String> where = new ArrayList<>();
    List<String> texts =
        PromptTexts.made(
            source(config),
            row -> {
              where.add(row.where());
              return text.text(row);
            });
    WindowedPerplexity windows = new WindowedPerplexity(config.data().maxLength(), config.stride());
    return new LossRows(tokenizer, windows, where, texts);
  }

  private TaskRows heads(TaskConfig config) {
    HeadTask task =
        head.orElseThrow(
            () ->
                new ConfigException(
                    config.name()
                        + ": output_type "
                        + config.outputType().key()
                        + ": the model has no task head; wanted one that classify trained"));
    boolean words = config.outputType() == OutputType.TOKEN_CLASSIFICATION;
    if (words != task instanceof HeadTask.WordLabels) {
      throw new ConfigException(
          "%s: output_type %s: the model's head is for %s"
              .formatted(
                  config.name(),
                  config.outputType().key(),
                  words ? "texts, not words" : "words, not texts"));
    }
    List<EncodedExample> examples = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    DataConfig data = config.data();
    try (Examples rows = Examples.of(source(config), data)) {
      new EncodedExamples(rows, new LabelEncoder(tokenizer, data, task))
          .all(
              (example, encoded) ->
                  encoded
                      .kept()
                      .ifPresent(
                          kept -> {
                            examples.add(kept);
                            texts.add(FormText.of(example.form()).prompt());
                          }));
    }
    if (examples.isEmpty()) {
      throw new DataException(config.name() + ": dataset_path: no row has a label");
    }
    return new HeadRows(task, examples, texts);
  }
}
