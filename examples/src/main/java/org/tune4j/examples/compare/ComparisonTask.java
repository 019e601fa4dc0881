package org.tune4j.examples.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.eval.PromptAnswers;
import org.tune4j.eval.metric.Metric;
import org.tune4j.eval.metric.Metrics;
import org.tune4j.eval.task.EvalTask;
import org.tune4j.eval.task.EvalTasks;
import org.tune4j.eval.task.OutputType;
import org.tune4j.eval.task.TaskConfig;
import org.tune4j.examples.DemoRows;
import org.tune4j.testdata.DemoFiles;

/** What methods are compared on. */
enum ComparisonTask {
  /** Dialogues to sum up in a sentence: generation. */
  SUMMARIES(48, "bleu", "rougeL"),

  /** Reviews whose sentiment and aspect are to be named: a right answer each. */
  REVIEWS(12, "exact_match");

  static final DataConfig DATA =
      DataConfig.builder().maxLength(256).preflightAllow("duplicates").build();

  private final int answerTokens;
  private final List<String> metrics;

  ComparisonTask(int answerTokens, String... metrics) {
    this.answerTokens = answerTokens;
    this.metrics = List.of(metrics);
  }

  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What is measured; the first one decides. */
  List<Metric> metrics() {
    return metrics.stream().map(Metrics::named).toList();
  }

  /** The file of rows to learn. */
  static Path train(Path work) {
    return work.resolve("train.jsonl");
  }

  /** The file of rows by whose loss a learning rate is chosen. */
  static Path validation(Path work) {
    return work.resolve("validation.jsonl");
  }

  /** The file of rows that are measured on. */
  static Path test(Path work) {
    return work.resolve("test.jsonl");
  }

  /**
   * Writes the three files. No row of one is in another.
   *
   * @param train so many rows, or as many as there are
   * @param test so many rows, and half as many for the validation
   */
  void writeRows(Path work, int train, int test) throws IOException {
    List<String> learned;
    List<String> heldOut;
    if (this == SUMMARIES) {
      learned = Files.readAllLines(DemoRows.summaries(train(work), train, false));
      // Few dialogues come twice.
      heldOut = Files.readAllLines(DemoRows.summaries(test(work), 2 * test, true));
    } else {
      Path data = DemoFiles.copyDataTo(work.resolve("data"));
      learned = Files.readAllLines(data.resolve("sentiment_train.jsonl"));
      heldOut = Files.readAllLines(data.resolve("sentiment_test.jsonl"));
    }
    List<String> distinct = heldOut.stream().distinct().toList();
    int measured = Math.min(test, distinct.size() * 2 / 3);
    Files.write(train(work), learned.subList(0, Math.min(train, learned.size())));
    Files.write(test(work), distinct.subList(0, measured));
    Files.write(
        validation(work),
        distinct.subList(measured, Math.min(distinct.size(), measured + Math.max(1, test / 2))));
  }

  /** The task on the rows that were written. */
  EvalTask on(Path work, Tokenizer tokenizer) {
    TaskConfig config =
        new TaskConfig(
            key(),
            OutputType.GENERATE_UNTIL,
            List.of(test(work)),
            Optional.empty(),
            GenerationConfig.builder().maxNewTokens(answerTokens).build(),
            DATA,
            DATA.maxLength(),
            metrics);
    return new EvalTasks(
            tokenizer,
            Optional.empty(),
            files -> new DataFiles().open(files.toArray(Path[]::new)),
            Integer.MAX_VALUE,
            PromptAnswers.DEFAULT_BATCH)
        .task(config);
  }
}
