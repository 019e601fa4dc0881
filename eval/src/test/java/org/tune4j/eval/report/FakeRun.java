package org.tune4j.eval.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tune4j.engine.report.MetricsFile;
import org.tune4j.engine.report.RunRecord;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunResult.StopReason;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.metric.Answer;

/** A run as it looks from outside: its listeners are told of updates that nobody made. */
final class FakeRun {
  static final List<Answer> BEFORE = new ArrayList<>();
  static final List<Answer> AFTER = new ArrayList<>();

  static {
    add(
        "Review: The plot is thin, but the two leads carry it with so much charm that I would watch"
            + " it again tomorrow.\nSentiment:",
        "positive",
        " the film is a film of the film",
        " positive");
    add("Review: <b>Never</b> again & again.\nSentiment:", "negative", "", " negative");
    add("Review: <script>alert(\"x\")</script>\nSentiment:", "negative", "</p>", "positive");
    for (int i = 0; i < 17; i++) {
      add("Tom has " + (3 + i) + " apples and buys 4. How many?", 7 + i + "", "4 4 4", 7 + i + "");
    }
  }

  private FakeRun() {}

  private static void add(String prompt, String wanted, String before, String after) {
    BEFORE.add(new Answer(prompt, wanted, before));
    AFTER.add(new Answer(prompt, wanted, after));
  }

  /** Writes what a run leaves in its folder, tells the listener, and measures nothing. */
  static void play(Path run, long steps, RunListener listener) throws IOException {
    Random random = new Random(1);
    RunStart start = new RunStart(0, steps, 155_648, 2_966_208);
    double loss = Double.NaN;
    try (MetricsFile metrics = new MetricsFile(run)) {
      for (RunListener told : List.of(metrics, listener)) {
        told.onStart(start);
      }
      for (long step = 1; step <= steps; step++) {
        loss = 0.35 + 3.1 * Math.exp(-4.0 * step / steps) + 0.12 * random.nextGaussian();
        double rate = 2e-4 * Math.min(step / (0.06 * steps), 1) * (1 - 0.9 * step / steps);
        metrics.onStep(
            new StepResult(
                step,
                loss,
                0,
                0.4 + 2 * Math.exp(-3.0 * step / steps) + 0.3 * random.nextDouble(),
                rate,
                1800 + random.nextInt(400),
                600,
                step == 1 ? 2.4 : 0.85 + 0.1 * random.nextDouble(),
                StepResult.Outcome.UPDATED));
        if (step % Math.max(1, steps / 8) == 0) {
          metrics.onEvaluation(step, values((double) step / steps));
        }
      }
      listener.onEnd(new RunResult(steps, 0, 0, 0, loss, 0.94, steps, StopReason.FINISHED, true));
    }
  }

  /** Values at a share of the run. */
  static Map<String, Double> values(double share) {
    double loss = 0.42 + 2.9 * Math.exp(-4 * share);
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("eval_loss", loss);
    values.put("eval_perplexity", Math.exp(loss));
    values.put("eval_exact_match", share == 0 ? 0.02 : 0.94 * Math.tanh(2.5 * share));
    values.put("eval_accuracy", share == 0 ? 0.035 : 0.96 * Math.tanh(2.7 * share));
    return values;
  }

  /** Writes config.json and run.json, with a base model and an adapter of a few bytes. */
  static void record(Path run, Path base) throws IOException {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model", base.toString());
    config.put("train_file", "sentiment_train.jsonl");
    config.put("max_length", 512);
    config.put("lora", Map.of("r", 8, "target_modules", List.of("q_proj", "v_proj")));
    config.put("training", TrainConfig.builder().learningRate(2e-4).build());
    RunRecord.writeConfig(run, config);
    Files.createDirectories(base);
    Files.writeString(base.resolve("config.json"), "{}");
    Files.writeString(base.resolve("model.safetensors"), "weights");
    Files.writeString(base.resolve("tokenizer.json"), "{}");
    Path adapter = Files.createDirectories(run.resolve("adapter"));
    Files.writeString(adapter.resolve("adapter_model.safetensors"), "weights");
    Path data = Files.writeString(base.resolveSibling("sentiment_train.jsonl"), "{}");
    RunRecord.of(run, base, List.of(data), adapter).writeTo(run);
  }
}
