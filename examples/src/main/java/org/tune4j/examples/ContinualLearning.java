package org.tune4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.Mixture;
import org.tune4j.engine.data.source.RowTable;
import org.tune4j.engine.data.source.RowTables;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.WeightAnchor;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.CompletionEvaluation;
import org.tune4j.eval.LossEvaluation;
import org.tune4j.full.FullRun;
import org.tune4j.full.FullTrainer;
import org.tune4j.testdata.DemoFiles;

/**
 * Teaches the small bilingual demo model one task, reviews, and then another, word problems:
 * without a care, held by elastic weight consolidation, and with rows of the old task among the new
 * ones; and says how much of the old task each way keeps.
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

  private final Tokenizer tokenizer;
  private final Path data;
  private final Path work;
  private final CompletionEvaluation oldTask;
  private final LossEvaluation newTask;

  private ContinualLearning(Tokenizer tokenizer, Path data, Path work) {
    this.tokenizer = tokenizer;
    this.data = data;
    this.work = work;
    this.oldTask = new CompletionEvaluation(tokenizer, DATA, rows("sentiment_test"), ANSWER_TOKENS);
    this.newTask =
        new LossEvaluation(EncodedExamples.all(rows("arithmetic_test"), tokenizer, DATA));
  }

  /** Arguments: a folder to work in, in which there is no {@code continual} yet. */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    Path data = DemoFiles.copyDataTo(work.resolve("data"));
    run(model, data, work.resolve("continual"), 200, 100)
        .forEach(
            (way, scores) ->
                System.out.println(
                    String.format(
                        Locale.ROOT,
                        "%-10s old task: %5.1f %% right   new task: loss %.3f",
                        way,
                        100 * scores.oldTask(),
                        scores.newTask())));
    System.exit(0);
  }

  /**
   * What a model is worth.
   *
   * @param oldTask share of held-out reviews that are answered exactly
   * @param newTask loss on held-out word problems, in nats a token
   */
  record Scores(double oldTask, double newTask) {}

  /** The scores after the old task, and after each way to learn the new one. */
  static Map<String, Scores> run(Path model, Path data, Path work, int oldSteps, int newSteps) {
    Map<String, Scores> all = new LinkedHashMap<>();
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      ContinualLearning learning = new ContinualLearning(tokenizer, data, work);
      Path fisher = work.resolve("reviews.safetensors");
      Path learned;
      try (CausalLm base = CausalLm.load(model, DType.FLOAT32);
          FullRun run =
              learning
                  .trainer(base, model, 1e-3, oldSteps)
                  .train(learning.rows("sentiment_train"), work.resolve("reviews"))) {
        all.put("before", learning.scores(run.model()));
        learning.measure(run, base, fisher);
        learned = run.folder();
      }
      try (CausalLm base = CausalLm.load(learned, DType.FLOAT32);
          RowTable mixed = learning.mixed()) {
        // A rate at which a model forgets.
        FullTrainer plain = learning.trainer(base, learned, 6e-3, newSteps);
        FullTrainer held = learning.trainer(base, learned, 6e-3, newSteps).ewc(fisher, LAMBDA);
        FullTrainer replaying = learning.trainer(base, learned, 6e-3, newSteps);
        ExampleSource rows = learning.rows("arithmetic_train");
        all.put("without", learning.learn(plain, rows, "without"));
        all.put("EWC", learning.learn(held, rows, "ewc"));
        all.put("replay", learning.learn(replaying, mixed, "replay"));
      }
    }
    return all;
  }

  private ExampleSource rows(String name) {
    return new DataFiles().open(data.resolve(name + ".jsonl"));
  }

  /** The new task's rows, of every five one of the old task's. */
  private RowTable mixed() {
    BadRows bad = new BadRows(BadRows.Policy.FAIL);
    Map<String, RowTable> tables = new LinkedHashMap<>();
    tables.put("new", RowTables.of(bad, rows("arithmetic_train")));
    tables.put("old", RowTables.of(bad, rows("sentiment_train")));
    Map<String, Double> shares = Map.of("new", 0.8, "old", 0.2);
    return new Mixture(tables, shares, 11, Mixture.Stopping.FIRST_EXHAUSTED);
  }

  private FullTrainer trainer(CausalLm base, Path source, double learningRate, int steps) {
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(learningRate)
            .warmupSteps(10)
            .maxSteps(steps)
            .perDeviceTrainBatchSize(16)
            .build();
    return new FullTrainer(base, tokenizer, source, training).data(DATA);
  }

  /** What the old task needs, by a sample of its rows. */
  private void measure(FullRun run, CausalLm base, Path file) {
    List<EncodedExample> rows = EncodedExamples.all(rows("sentiment_train"), tokenizer, DATA);
    try (WeightAnchor anchor =
        WeightAnchor.measure(
            run.model(),
            run.weights(),
            new CausalLmObjective(),
            rows.subList(0, Math.min(SAMPLE, rows.size())),
            base.scope())) {
      anchor.write(file);
    }
  }

  private Scores learn(FullTrainer trainer, ExampleSource rows, String name) {
    try (FullRun run = trainer.train(rows, work.resolve(name))) {
      return scores(run.model());
    }
  }

  private Scores scores(BoundModel model) {
    return new Scores(
        oldTask.evaluate(model).get("eval_exact_match"), newTask.evaluate(model).get("eval_loss"));
  }
}
