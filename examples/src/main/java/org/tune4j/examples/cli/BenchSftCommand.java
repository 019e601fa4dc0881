package org.tune4j.examples.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.examples.bench.SftBench;
import org.tune4j.examples.bench.SftBenchConfig;
import picocli.CommandLine.Command;

/** {@code tune4j bench sft}: times supervised fine-tuning. */
@Command(
    name = "sft",
    description = "Times supervised fine-tuning and weighs the process; the first updates warm up.")
final class BenchSftCommand extends SettingsCommand {
  private static final String BENCH = "benchmark";
  private static final List<Setting> FIGURES =
      List.of(
          new Setting("model", BENCH, "DIR", "The base model."),
          new Setting("data", BENCH, "FILE.jsonl", "Rows as for sft."),
          new Setting("method", BENCH, "lora|full", "What is trained. Default lora."),
          new Setting("dtype", BENCH, "fp32|bf16|fp16|auto", "Default fp32."),
          new Setting("batch", BENCH, "N", "Rows an update. Default 8."),
          new Setting("steps", BENCH, "N", "Updates. Default 10."),
          new Setting("max_length", BENCH, "N", "The longest row in tokens. Default 512."),
          new Setting("packing", BENCH, null, "Put several rows into one."),
          new Setting("recompute", BENCH, "none|blocks", "Default none."),
          new Setting("rank", BENCH, "N", "Rank of the adapter. Default 16."),
          new Setting("target", BENCH, "a,b|all-linear", "Its modules. Default all-linear."),
          new Setting("lora_dropout", BENCH, "P", "Default 0."),
          new Setting("optim", BENCH, "NAME", "As for sft; --method full. Default adamw."),
          ModelSettings.threads(BENCH));

  private static final List<Setting> TABLE =
      Stream.of(FIGURES, MemoryLadderSettings.table(BENCH)).flatMap(List::stream).toList();

  BenchSftCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    int[] whole = {8, 10, 512, 16};
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
    SftBenchConfig.Method[] method = {SftBenchConfig.Method.LORA};
    settings.choice("method", SftBenchConfig.Method.class, value -> method[0] = value);
    Recompute[] recompute = {Recompute.NONE};
    settings.choice("recompute", Recompute.class, value -> recompute[0] = value);
    double[] dropout = {0};
    settings.number("lora_dropout", value -> dropout[0] = value);
    settings.integer("threads", NativeGate::setThreads);
    Map<String, Object> figures =
        SftBench.run(
            new SftBenchConfig(
                required(settings, "model"),
                required(settings, "data"),
                method[0],
                PrecisionChoice.of(settings.text("dtype").orElse("fp32"), "cpu"),
                whole[0],
                whole[1],
                whole[2],
                settings.flag("packing"),
                recompute[0],
                whole[3],
                settings.text("target").orElse("all-linear"),
                dropout[0],
                OptimizerSettings.config(settings),
                MemoryLadderSettings.of(settings)));
    console.json(figures);
    return 0;
  }
}
