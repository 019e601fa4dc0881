package org.tune4j.examples.cli;

import java.util.List;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.examples.bench.LoadBench;
import picocli.CommandLine.Command;

/** {@code tune4j bench load}: times loading a checkpoint. */
@Command(
    name = "load",
    description = "Times loading a checkpoint folder, and reading its files; weighs the process.")
final class BenchLoadCommand extends SettingsCommand {
  private static final String BENCH = "benchmark";
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", BENCH, "DIR", "The model's folder."),
          new Setting("dtype", BENCH, "fp32|bf16|fp16|auto", "Default bf16."),
          ModelSettings.threads(BENCH));

  BenchLoadCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    settings.integer("threads", NativeGate::setThreads);
    console.json(
        new LoadBench(
                required(settings, "model"),
                PrecisionChoice.of(settings.text("dtype").orElse("bf16"), "cpu"))
            .run());
    return 0;
  }
}
