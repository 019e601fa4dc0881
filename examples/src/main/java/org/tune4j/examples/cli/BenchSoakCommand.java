package org.tune4j.examples.cli;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.examples.bench.SoakBench;
import org.tune4j.examples.bench.TogetherBench;
import picocli.CommandLine.Command;

/** {@code tune4j bench soak}: trains for long, or several things at once. */
@Command(
    name = "soak",
    description = "Trains the demo for long and watches its memory, or much at once and compares.")
final class BenchSoakCommand extends SettingsCommand {
  private static final String BENCH = "benchmark";
  private static final List<Setting> TABLE =
      List.of(
          new Setting("steps", BENCH, "N", "Updates, at least 100. Default 10000."),
          new Setting(
              "together",
              BENCH,
              null,
              "In place of that: two trainings and a generation at once, over and over; each must"
                  + " give what it gives alone."),
          new Setting("minutes", BENCH, "X", "How long together. Default 10."));

  BenchSoakCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    boolean together = settings.flag("together");
    if (settings.has(together ? "steps" : "minutes")) {
      throw new ConfigException(
          together ? "steps: not with together" : "minutes: only with together");
    }
    return together ? together(settings) : alone(settings);
  }

  private int alone(Settings settings) {
    long[] steps = {10_000};
    settings.whole("steps", value -> steps[0] = value);
    if (steps[0] < 100) {
      throw new ConfigException("steps: wanted at least 100, found " + steps[0]);
    }
    SoakBench.Result result = SoakBench.run(steps[0], console::say);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("steps", result.steps());
    line.put("rss_slope_mib_per_1000", Math.round(result.slopeMibPer1000() * 1000) / 1000.0);
    line.put("scopes", result.scopes());
    console.json(line);
    if (!result.scopesAreConstant()) {
      console.say("The number of open scopes changed during the run");
    }
    return result.scopesAreConstant() ? 0 : 1;
  }

  private int together(Settings settings) {
    double[] minutes = {10};
    settings.number("minutes", value -> minutes[0] = value);
    if (!(minutes[0] >= 0)) {
      throw new ConfigException("minutes: wanted 0 or more, found " + minutes[0]);
    }
    TogetherBench.Result result =
        TogetherBench.run(Duration.ofMillis(Math.round(minutes[0] * 60_000)));
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("minutes", minutes[0]);
    line.put("trainings", result.trainings());
    line.put("generations", result.generations());
    line.put("equal", result.equal());
    console.json(line);
    return result.equal() == result.trainings() + result.generations() ? 0 : 1;
  }
}
