package org.tune4j.examples.cli;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.examples.bench.DpoBench;
import picocli.CommandLine.Command;

/** {@code tune4j bench dpo}: times preference learning. */
@Command(
    name = "dpo",
    description =
        "Times DPO of an adapter and weighs the process; the first updates warm up. Pairs: a row's"
            + " answer is chosen, the next row's rejected.")
final class BenchDpoCommand extends SettingsCommand {
  private static final String BENCH = "benchmark";
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", BENCH, "DIR", "The base model."),
          new Setting("data", BENCH, "FILE.jsonl", "Rows of question and answer."),
          new Setting("dtype", BENCH, "fp32|bf16|fp16|auto", "Default fp32."),
          new Setting("batch", BENCH, "N", "Pairs an update. Default 4."),
          new Setting("steps", BENCH, "N", "Updates. Default 10."),
          new Setting("max_length", BENCH, "N", "The longest answer with its prompt. Default 512."),
          new Setting("rank", BENCH, "N", "Rank of the adapter. Default 16."),
          new Setting("beta", BENCH, "X", "Default 0.1."),
          ModelSettings.threads(BENCH));

  BenchDpoCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    int[] whole = {4, 10, 512, 16};
    settings.integer("batch", value -> whole[0] = value);
    settings.integer("steps", value -> whole[1] = value);
    settings.integer("max_length", value -> whole[2] = value);
    settings.integer("rank", value -> whole[3] = value);
    for (int value : whole) {
      if (value < 1) {
        throw new ConfigException(
            "batch, steps, max_length and rank: wanted at least 1, found " + value);
      }
    }
    double[] beta = {0.1};
    settings.number("beta", value -> beta[0] = value);
    settings.integer("threads", NativeGate::setThreads);
    console.json(
        new DpoBench(
                required(settings, "model"),
                required(settings, "data"),
                PrecisionChoice.of(settings.text("dtype").orElse("fp32"), "cpu"),
                whole[0],
                whole[1],
                whole[2],
                whole[3],
                beta[0])
            .run());
    return 0;
  }
}
