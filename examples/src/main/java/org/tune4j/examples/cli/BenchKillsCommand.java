package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.tune4j.engine.ConfigException;
import org.tune4j.examples.bench.KillBench;
import picocli.CommandLine.Command;

/** {@code tune4j bench kills}: kills runs at random instants and compares what they give. */
@Command(
    name = "kills",
    description = "Kills sft runs at random instants; what they give must be the same bytes.")
final class BenchKillsCommand extends SettingsCommand {
  private static final String BENCH = "benchmark";
  private static final List<Setting> TABLE =
      List.of(
          new Setting("count", BENCH, "N", "Kills. Default 300."),
          new Setting("seed", BENCH, "N", "What the instants are drawn from. Default: any."),
          new Setting("model", BENCH, "DIR", "The base model. Default: the demo's."),
          new Setting("data", BENCH, "FILE", "Rows as for sft. Default: the demo's."));

  BenchKillsCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    int[] count = {300};
    settings.integer("count", value -> count[0] = value);
    if (count[0] < 1) {
      throw new ConfigException("count: wanted at least 1, found " + count[0]);
    }
    long[] seed = {new Random().nextInt(Integer.MAX_VALUE)};
    settings.whole("seed", value -> seed[0] = value);
    console.say("seed " + seed[0]);
    KillBench.Result result =
        KillBench.run(
            Cli.class,
            settings.path("model"),
            settings.path("data"),
            count[0],
            seed[0],
            console::json);
    result.faults().forEach(console::say);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("kills", result.kills());
    line.put("byte_equal", result.byteEqual());
    console.json(line);
    return result.faults().isEmpty() ? 0 : 1;
  }
}
