package org.tune4j.examples.cli;

import java.util.List;
import org.tune4j.examples.bench.MemoryBench;
import picocli.CommandLine.Command;

/** {@code tune4j bench memory}: holds forecasts of memory against what runs take. */
@Command(
    name = "memory",
    description =
        "Runs fine-tunings of many shapes, each in a process of its own, and holds the forecast of"
            + " its memory against what it took.")
final class BenchMemoryCommand extends SettingsCommand {
  private static final String BENCH = "benchmark";
  private static final List<Setting> TABLE =
      List.of(
          new Setting("data", BENCH, "FILE.jsonl", "Rows as for sft, 64 at least."),
          new Setting("only", BENCH, "TEXT", "Only runs whose model or options contain it."));

  BenchMemoryCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    MemoryBench.run(required(settings, "data"), settings.text("only").orElse(""), console::json);
    return 0;
  }
}
