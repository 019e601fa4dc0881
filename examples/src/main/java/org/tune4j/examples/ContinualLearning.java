package org.tune4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.ExampleSample;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.Mixture;
import org.tune4j.engine.data.source.RowTable;
import org.tune4j.engine.data.source.RowTables;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.WeightAnchor;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.SelfReplay;
import org.tune4j.eval.PromptAnswers;
import org.tune4j.eval.report.ForgettingReport;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.task.EvalTask;
import org.tune4j.eval.task.EvalTasks;
import org.tune4j.eval.task.ExampleLossRows;
import org.tune4j.eval.task.OutputType;
import org.tune4j.eval.task.TaskConfig;
import org.tune4j.full.FullRun;
import org.tune4j.full.FullTrainer;
import org.tune4j.testdata.DemoFiles;

/**
 * Teaches the small bilingual demo model one task, reviews, and then another, word problems:
 * without a care, held by elastic weight consolidation, with rows of the old task among the new
 * ones, and with the model's own answers to prompts of the old task among them; and reports how
 * much of the old task each way keeps.
 */
public final class ContinualLearning {
  private static final DataConfig DATA =
      DataConfig.builder().maxLength(256).preflightAllow("duplicates").build();
  private static final int ANSWER_TOKENS = 12;

  /**
   * Fisher information of a task that is known well is small, and what it is multiplied with not.
   */
  private static final double LAMBDA = 1e8;

  private static final int SAMPLE = 200;

  /** As many as are replayed, and some. */
  private static final int PROMPTS = 400;

  private static final double REPLAYED = 0.2;
  private static final long SEED = 11;

  private final Tokenizer tokenizer;
  private final Path data;
  private final Path work;
  private final int steps;
  private final ForgettingReport report;

  private ContinualLearning(Tokenizer tokenizer, Path data, Path work, int steps) {
    this.tokenizer = tokenizer;
    this.data = data;
    this.work = work;
    this.steps = steps;
    TaskConfig reviews =
        new TaskConfig(
            "reviews",
            OutputType.GENERATE_UNTIL,
            List.of(file("sentiment_test")),
            Optional.empty(),
            GenerationConfig.builder().maxNewTokens(ANSWER_TOKENS).build(),
            DATA,
            DATA.maxLength(),
            List.of("exact_match"));
    EvalTasks tasks =
        new EvalTasks(
            tokenizer,
            Optional.empty(),
            files -> new DataFiles().open(files.toArray(Path[]::new)),
            Integer.MAX_VALUE,
            PromptAnswers.DEFAULT_BATCH);
    EvalTask problems =
        new EvalTask(
            "word_problems",
            List.of("perplexity"),
            new ExampleLossRows(tokenizer, DATA, rows("arithmetic_test")));
    this.report = new ForgettingReport(tasks.task(reviews), problems, Certainty.DEFAULT);
  }

  /** Arguments: a folder to work in, in which there is no {@code continual} yet. */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    Path data = DemoFiles.copyDataTo(work.resolve("data"));
    Path target = work.resolve("continual");
    ForgettingReport report = run(model, data, target, 200, 100, true);
    System.out.println(report.markdown());
    System.out.println("report: " + report.write(target));
    System.exit(0);
  }

  /**
   * What the model is worth after the old task, and after each way to learn the new one.
   *
   * @param ownAnswers whether one way is to replay what the model answers itself
   */
  static ForgettingReport run(
      Path model, Path data, Path work, int oldSteps, int newSteps, boolean ownAnswers) {
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      ContinualLearning learning = new ContinualLearning(tokenizer, data, work, newSteps);
      Path fisher = work.resolve("reviews.safetensors");
      Path own = work.resolve("own-answers.jsonl");
      Path learned;
      try (CausalLm base = CausalLm.load(model, DType.FLOAT32);
          FullRun run =
              learning
                  .trainer(base, model, 1e-3, oldSteps)
                  .train(learning.rows("sentiment_train"), work.resolve("reviews"))) {
        learning.report.measure("before", run.model());
        learning.measure(run, base, fisher);
        if (ownAnswers) {
          learning.answer(run, own);
        }
        learned = run.folder();
      }
      try (CausalLm base = CausalLm.load(learned, DType.FLOAT32)) {
        ExampleSource rows = learning.rows("arithmetic_train");
        learning.learn("without", learning.trainer(base, learned), rows);
        learning.learn("EWC", learning.trainer(base, learned).ewc(fisher, LAMBDA), rows);
        learning.replay("replay", base, learned, learning.rows("sentiment_train"));
        if (ownAnswers) {
          learning.replay("own answers", base, learned, new DataFiles().open(own));
        }
      }
      return learning.report;
    }
  }

  private Path file(String name) {
    return data.resolve(name + ".jsonl");
  }

  private ExampleSource rows(String name) {
    return new DataFiles().open(file(name));
  }

  /** Of the new task, at a rate at which a model forgets. */
  private FullTrainer trainer(CausalLm base, Path source) {
    return trainer(base, source, 6e-3, steps);
  }

  private FullTrainer trainer(CausalLm base, Path source, double learningRate, int updates) {
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(learningRate)
            .warmupSteps(10)
            .maxSteps(updates)
            .perDeviceTrainBatchSize(16)
            .build();
    return new FullTrainer(base, tokenizer, source, training).data(DATA);
  }

  /** What the old task needs, by a sample of its rows. */
  private void measure(FullRun run, CausalLm base, Path file) {
    try (ExampleSample sample =
            new ExampleSample(
                rows("sentiment_train"), new ExampleEncoder(tokenizer, DATA), DATA, SAMPLE, SEED);
        WeightAnchor anchor =
            WeightAnchor.measure(
                run.model(), run.weights(), new CausalLmObjective(), sample, base.scope())) {
      anchor.write(file);
    }
  }

  /** As if the old task's answers were gone, and only its prompts were left. */
  private void answer(FullRun run, Path file) {
    GenerationConfig answers = GenerationConfig.builder().maxNewTokens(ANSWER_TOKENS).build();
    ExampleSource prompts = bad -> rows("sentiment_train").rows(bad).limit(PROMPTS);
    new SelfReplay(tokenizer, DATA, answers, PromptAnswers.DEFAULT_BATCH)
        .write(run.model(), prompts, file);
  }

  /** The new task's rows, of every five one of the old task's. */
  private void replay(String way, CausalLm base, Path source, ExampleSource old) {
    Map<String, RowTable> tables = new LinkedHashMap<>();
    tables.put("new", RowTables.of(rows("arithmetic_train")));
    tables.put("old", RowTables.of(old));
    Map<String, Double> shares = Map.of("new", 1 - REPLAYED, "old", REPLAYED);
    try (RowTable mixed =
        new Mixture(tables, shares, SEED, Mixture.Stopping.FIRST_TABLE_EXHAUSTED)) {
      learn(way, trainer(base, source), mixed);
    }
  }

  private void learn(String way, FullTrainer trainer, ExampleSource rows) {
    try (FullRun run = trainer.train(rows, work.resolve(way.replace(' ', '-')))) {
      report.measure(way, run.model());
    }
  }
}
