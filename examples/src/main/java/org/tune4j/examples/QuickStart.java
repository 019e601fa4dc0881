package org.tune4j.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.report.RunRecord;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.CompletionEvaluation;
import org.tune4j.eval.Evaluations;
import org.tune4j.eval.LossEvaluation;
import org.tune4j.eval.metric.Answer;
import org.tune4j.eval.report.RunReport;
import org.tune4j.examples.cli.Console;
import org.tune4j.examples.cli.ProgressListener;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.LoraRun;
import org.tune4j.lora.LoraTrainer;
import org.tune4j.testdata.DemoFiles;

/**
 * {@code mvn -q -Pquickstart}: fine-tunes the small bilingual demo model with LoRA on a task that
 * it cannot do, to name the sentiment of a review and what it is about, and shows what it answers
 * before and after.
 */
public final class QuickStart {
  private static final int ANSWER_TOKENS = 12;

  private QuickStart() {}

  /** Arguments: the folder to work in; a new folder for the run is made inside. */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    Path data = DemoFiles.copyDataTo(work.resolve("data"));
    run(model, data, newRun(work), Console.standard());
    System.exit(0);
  }

  private static Path newRun(Path work) {
    int number = 1;
    while (Files.exists(work.resolve("run-" + number))) {
      number++;
    }
    return work.resolve("run-" + number);
  }

  static void run(Path model, Path data, Path runFolder, Console console) {
    LoraConfig lora = LoraConfig.builder().r(16).loraAlpha(32).targetModules("all-linear").build();
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(3e-3)
            .lrSchedulerType(Schedule.Type.LINEAR)
            .warmupSteps(10)
            .numTrainEpochs(5)
            .perDeviceTrainBatchSize(16)
            .build();
    Path rows = data.resolve("sentiment_train.jsonl");
    ExampleSource heldOut = new DataFiles().open(data.resolve("sentiment_test.jsonl"));
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32);
        Tokenizer tokenizer = Tokenizer.load(model);
        ProgressListener progress = new ProgressListener(console)) {
      CompletionEvaluation answers =
          new CompletionEvaluation(tokenizer, DataConfig.DEFAULT, heldOut, ANSWER_TOKENS);
      Evaluation evaluation =
          Evaluations.all(
              new LossEvaluation(EncodedExamples.all(heldOut, tokenizer, DataConfig.DEFAULT)),
              answers);
      RunReport report = new RunReport(runFolder);
      Speed speed = new Speed();

      Map<String, Double> before;
      try (BoundModel bare = new BoundModel(base, null, null)) {
        before = evaluation.evaluate(bare);
      }
      List<Answer> answersBefore = answers.answers();
      LoraTrainer trainer =
          new LoraTrainer(base, tokenizer, lora, training)
              .basePath(model.toString())
              .listener(progress)
              .listener(speed)
              .listener(report);
      try (LoraRun run = trainer.train(new DataFiles().open(rows), runFolder)) {
        Map<String, Double> after = evaluation.evaluate(run.lora().model());
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("lora", lora);
        config.put("train", training);
        RunRecord.writeConfig(runFolder, config);
        RunRecord.of(runFolder, model, List.of(rows), run.adapter()).writeTo(runFolder);
        Path page = report.before(before, answersBefore).after(after, answers.answers()).write();
        console.say("");
        console.say(run.lora().trainableParameters());
        console.say(
            compared(
                "loss on held-out rows: %.3f before, %.3f after", 1, before, after, "eval_loss"));
        console.say(
            compared(
                "held-out answers that are right: %.1f %% before, %.1f %% after",
                100, before, after, "eval_exact_match"));
        console.say(
            String.format(
                Locale.ROOT,
                "%,.0f tokens/s, %,d MiB resident at most, JVM included",
                speed.tokensPerSecond(),
                ProcessMemory.peakResidentBytes().orElse(0) >> 20));
        for (int i : new int[] {0, 1}) {
          Answer was = answersBefore.get(i);
          console.say("\n" + was.prompt().strip());
          console.say("  before: " + shown(was.got()));
          console.say("  after:  " + shown(answers.answers().get(i).got()));
          console.say("  wanted: " + shown(was.wanted()));
        }
        console.say("\nadapter: " + run.adapter().toAbsolutePath().normalize());
        console.say("report:  " + page.toAbsolutePath().normalize());
      }
    }
  }

  private static String compared(
      String format,
      double scale,
      Map<String, Double> before,
      Map<String, Double> after,
      String metric) {
    return String.format(
        Locale.ROOT, format, scale * before.get(metric), scale * after.get(metric));
  }

  private static String shown(String answer) {
    return answer.strip().replace("\n", "\\n");
  }

  /** Tokens a second over the whole run. */
  private static final class Speed implements RunListener {
    private long tokens;
    private double seconds;

    @Override
    public void onStep(StepResult result) {
      tokens += result.tokens();
      seconds += result.seconds();
    }

    double tokensPerSecond() {
      return tokens / seconds;
    }
  }
}
