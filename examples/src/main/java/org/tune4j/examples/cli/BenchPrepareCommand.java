package org.tune4j.examples.cli;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.examples.bench.PrepareBench;
import picocli.CommandLine.Command;

/** {@code tune4j bench prepare}: times tokenizing and packing. */
@Command(
    name = "prepare",
    description = "Times the way from rows to packed tokens; the best of several passes.")
final class BenchPrepareCommand extends SettingsCommand {
  private static final String BENCH = "benchmark";
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", BENCH, "DIR", "Whose tokenizer and chat template are used."),
          new Setting("data", BENCH, "FILE", "Rows as for sft."),
          new Setting("max_length", BENCH, "N", "The longest row in tokens. Default 512."),
          new Setting("packing", BENCH, null, "Put several rows into one."),
          new Setting(
              "conversational", BENCH, null, "Make messages of prompt and completion first."),
          new Setting("passes", BENCH, "N", "Passes after the one that warms up. Default 3."));

  BenchPrepareCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    int[] whole = {512, 3};
    settings.integer("max_length", value -> whole[0] = value);
    settings.integer("passes", value -> whole[1] = value);
    if (whole[1] < 1) {
      throw new ConfigException("passes: wanted at least 1, found " + whole[1]);
    }
    console.json(
        PrepareBench.run(
            required(settings, "model"),
            required(settings, "data"),
            whole[0],
            settings.flag("packing"),
            settings.flag("conversational"),
            whole[1]));
    return 0;
  }
}
