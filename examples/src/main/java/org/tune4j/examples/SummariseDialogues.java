package org.tune4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.CompletionEvaluation;
import org.tune4j.eval.metric.Answer;
import org.tune4j.eval.metric.MetricRows;
import org.tune4j.eval.metric.Metrics;
import org.tune4j.eval.stats.Bootstrap;
import org.tune4j.eval.stats.Interval;
import org.tune4j.eval.stats.Resampling;
import org.tune4j.eval.stats.RowStatistics;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.LoraRun;
import org.tune4j.lora.LoraTrainer;
import org.tune4j.testdata.DemoFiles;

/**
 * Teaches the small bilingual demo model, which has read dialogues but no summary, to say in one
 * sentence what a customer came with and how it ended, and measures that on dialogues that it has
 * not seen.
 */
public final class SummariseDialogues {
  private static final int SUMMARY_TOKENS = 48;
  private static final Resampling RESAMPLING = Resampling.seeded(1000, 11);

  private SummariseDialogues() {}

  /** Arguments: a folder to work in, in which there is no {@code summaries} yet. */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    Path train = DemoRows.summaries(work.resolve("train.jsonl"), 1500, false);
    Path heldOut = DemoRows.summaries(work.resolve("held-out.jsonl"), 200, true);
    run(model, train, heldOut, work.resolve("summaries"));
    System.exit(0);
  }

  /** Trains, and prints and returns what was reached. */
  static Map<String, Double> run(Path model, Path train, Path heldOut, Path runFolder) {
    LoraConfig lora = LoraConfig.builder().r(16).loraAlpha(32).targetModules("all-linear").build();
    TrainConfig training =
        TrainConfig.builder().learningRate(3e-3).numTrainEpochs(2).warmupSteps(10).build();
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32);
        Tokenizer tokenizer = Tokenizer.load(model);
        LoraRun run =
            new LoraTrainer(base, tokenizer, lora, training)
                .train(new DataFiles().open(train), runFolder)) {
      CompletionEvaluation evaluation =
          new CompletionEvaluation(
              tokenizer,
              DataConfig.DEFAULT,
              new DataFiles().open(heldOut),
              SUMMARY_TOKENS,
              List.of(Metrics.named("bleu"), Metrics.named("rougeL")));
      Map<String, Double> values = evaluation.evaluate(run.model());
      evaluation.rows().forEach(SummariseDialogues::say);
      for (Answer answer : evaluation.answers().subList(0, 2)) {
        System.out.println("\n" + answer.prompt() + answer.got());
      }
      return values;
    }
  }

  private static void say(MetricRows rows) {
    Interval interval =
        Bootstrap.of(
                RowStatistics.of(rows.statistics().toArray(double[][]::new), rows.metric()::score),
                RESAMPLING)
            .percentile(0.95);
    System.out.println(
        String.format(
            Locale.ROOT,
            "%s %.4f (95 %%: %.4f to %.4f) %s",
            rows.metric().name(),
            rows.score(),
            interval.low(),
            interval.high(),
            rows.signature()));
  }
}
