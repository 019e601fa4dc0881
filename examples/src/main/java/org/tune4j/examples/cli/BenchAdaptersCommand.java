package org.tune4j.examples.cli;

import java.util.List;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.examples.bench.AdapterBench;
import picocli.CommandLine.Command;

/** {@code tune4j bench adapters}: several adapters on one base. */
@Command(
    name = "adapters",
    description =
        "Weighs several random LoRA adapters on one base, and times swaps and mixed batches.")
final class BenchAdaptersCommand extends SettingsCommand {
  private static final String BENCH = "benchmark";
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", BENCH, "DIR", "The model."),
          new Setting("dtype", BENCH, "fp32|bf16|fp16|auto", "Default fp32."),
          new Setting("adapters", BENCH, "N", "Adapters at all linear layers. Default 8."),
          new Setting("r", BENCH, "N", "Their rank. Default 16."),
          new Setting("batch", BENCH, "N", "Prompts at once. Default 4."),
          new Setting("new_tokens", BENCH, "N", "Tokens that are added. Default 64."),
          ModelSettings.threads(BENCH));

  BenchAdaptersCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    int[] whole = {8, 16, 4, 64};
    settings.integer("adapters", value -> whole[0] = value);
    settings.integer("r", value -> whole[1] = value);
    settings.integer("batch", value -> whole[2] = value);
    settings.integer("new_tokens", value -> whole[3] = value);
    settings.integer("threads", NativeGate::setThreads);
    console.json(
        new AdapterBench(
                required(settings, "model"),
                PrecisionChoice.of(settings.text("dtype").orElse("fp32"), "cpu"),
                whole[0],
                whole[1],
                whole[2],
                whole[3])
            .run());
    return 0;
  }
}
