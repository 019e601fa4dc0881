package org.tune4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.CompletionEvaluation;
import org.tune4j.eval.Evaluations;
import org.tune4j.eval.LossEvaluation;
import org.tune4j.examples.cli.Console;
import org.tune4j.examples.cli.ProgressListener;
import org.tune4j.full.FullRun;
import org.tune4j.full.FullTrainer;
import org.tune4j.testdata.DemoFiles;

/**
 * Trains all weights of the small bilingual demo model on a task that it cannot do, to name the
 * sentiment of a review and what it is about: updates of two micro-batches, an evaluation every
 * twenty of them, an end when three in a row were no better, and the weights of the best one.
 */
public final class FullFineTune {
  private static final int ANSWER_TOKENS = 12;

  private FullFineTune() {}

  /** Arguments: a folder to work in, in which there is no {@code full} yet. */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    Path data = DemoFiles.copyDataTo(work.resolve("data"));
    run(model, data, work.resolve("full"), 200, Console.standard());
    System.exit(0);
  }

  /** Trains, and prints and returns what the model is worth afterwards. */
  static Map<String, Double> run(
      Path model, Path data, Path runFolder, int mostUpdates, Console console) {
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(1e-3)
            .lrSchedulerType(Schedule.Type.COSINE)
            .warmupSteps(10)
            .maxSteps(mostUpdates)
            .perDeviceTrainBatchSize(8)
            .gradientAccumulationSteps(2)
            .evalSteps(20)
            .metricForBestModel("eval_loss", false)
            .earlyStoppingPatience(3)
            .loadBestModelAtEnd(true)
            .saveTotalLimit(1)
            .build();
    ExampleSource rows = new DataFiles().open(data.resolve("sentiment_train.jsonl"));
    ExampleSource heldOut = new DataFiles().open(data.resolve("sentiment_test.jsonl"));
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32);
        Tokenizer tokenizer = Tokenizer.load(model);
        ProgressListener progress = new ProgressListener(console)) {
      Evaluation loss =
          new LossEvaluation(EncodedExamples.all(heldOut, tokenizer, DataConfig.DEFAULT));
      Evaluation all =
          Evaluations.all(
              loss,
              new CompletionEvaluation(tokenizer, DataConfig.DEFAULT, heldOut, ANSWER_TOKENS));
      Map<String, Double> before;
      try (BoundModel bare = new BoundModel(base, null, null)) {
        before = all.evaluate(bare);
      }
      FullTrainer trainer =
          new FullTrainer(base, tokenizer, model, training).evaluation(loss).listener(progress);
      try (FullRun run = trainer.train(rows, runFolder)) {
        Map<String, Double> after = all.evaluate(run.model());
        say(console, run, before, after);
        return after;
      }
    }
  }

  private static void say(
      Console console, FullRun run, Map<String, Double> before, Map<String, Double> after) {
    RunResult result = run.result();
    console.say(
        String.format(
            Locale.ROOT,
            "%,d weights, %d updates (%s), the best after %d",
            run.weights().parameters(),
            result.steps(),
            result.reason().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            result.bestStep()));
    console.say(compared("loss on held-out rows: %.3f before, %.3f after", 1, before, after));
    console.say(
        compared(
            "held-out answers that are right: %.1f %% before, %.1f %% after", 100, before, after));
    console.say("model: " + run.folder().toAbsolutePath().normalize());
  }

  private static String compared(
      String format, double scale, Map<String, Double> before, Map<String, Double> after) {
    String metric = scale == 1 ? "eval_loss" : "eval_exact_match";
    return String.format(
        Locale.ROOT, format, scale * before.get(metric), scale * after.get(metric));
  }
}
