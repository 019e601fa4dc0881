package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.eval.efficiency.EnergyMeter;
import org.tune4j.eval.efficiency.LoadPlan;
import org.tune4j.eval.efficiency.LoadResult;
import org.tune4j.eval.efficiency.LoadTest;
import org.tune4j.eval.gate.GateCondition;
import org.tune4j.eval.gate.GateResult;
import org.tune4j.eval.gate.QualityGate;
import org.tune4j.eval.result.EvalResult;
import org.tune4j.eval.result.Figure;
import picocli.CommandLine.Command;

/** {@code tune4j latency}: times requests under load. */
@Command(
    name = "latency",
    description = {
      "Times requests under load as a Java application sees them: latencies, throughput, memory and"
          + " energy, held against a service level.",
      "A model with a head of labels labels the prompts in place of continuing them."
    })
final class LatencyCommand extends SettingsCommand {
  private static final String LOAD = "load";
  private static final String TASK = "latency";
  private static final int OPEN_LOOP_BATCH = 16;
  private static final int REQUESTS = 100;
  private static final int WARMUP = 10;
  private static final List<Setting> TABLE =
      table(
          ResultOutput.MODEL_NAME,
          new Setting("prompt", "prompts", "TEXT", "The text of every request."),
          new Setting(
              "prompts",
              "prompts",
              "FILE",
              "Several, taken in turn: a prompt a line, or the prompts of the rows of a .jsonl"
                  + " file."),
          new Setting(
              "ignore_eos", "prompts", null, "Let every answer have all of --max-new-tokens."),
          new Setting(
              "concurrency",
              LOAD,
              "N",
              "Clients, each of which sends its next request when the last is answered. Default"
                  + " 1."),
          new Setting(
              "request_rate",
              LOAD,
              "X",
              "In place of that: X requests a second on average, at random instants, whether or"
                  + " not earlier ones are answered."),
          new Setting("requests", LOAD, "N", "Requests that are measured. Default 100."),
          new Setting("warmup", LOAD, "N", "Requests before them, left out. Default 10."),
          new Setting(
              "max_batch_size",
              LOAD,
              "N",
              "The most requests that are answered together; 1 for one after the other. Default:"
                  + " the clients, or 16 with --request-rate."),
          new Setting(
              "sla",
              "result",
              "FILE.yaml",
              "What figures must reach (docs/gates.md); exit code 1 if one does not."),
          new Setting("output", "result", "DIR", "Where to write results.json and the report."));

  /** What a model that labels has no use for. */
  static final List<String> OF_TEXTS =
      TABLE.stream()
          .filter(setting -> setting.group().equals("generation"))
          .map(Setting::name)
          .filter(name -> !name.equals("seed"))
          .toList();

  LatencyCommand(Console console) {
    super(console, TABLE);
  }

  /** Those of generation, without texts that end an answer: no text is made here. */
  private static List<Setting> table(Setting... own) {
    return GenerationSettings.with(own).stream()
        .filter(setting -> !setting.name().equals("stop_strings"))
        .toList();
  }

  @Override
  int run(Settings settings) {
    LoadPlan plan = plan(settings);
    Optional<QualityGate> sla = settings.path("sla").map(LatencyCommand::sla);
    try (LoadedModel loaded = LoadedModel.of(settings)) {
      LatencyLoad load = LatencyLoad.of(settings, loaded);
      LoadResult found = LoadTest.run(load.model(), load.inputs(), plan, EnergyMeter.ofMachine());
      List<Figure> figures = found.figures(signature(plan, load, loaded));
      EvalResult result =
          new EvalResult(TASK, ResultOutput.modelName(settings), figures, List.of());
      ResultOutput output = new ResultOutput(console, json());
      output.show(result);
      found.missing().forEach((name, why) -> missing(result, name, why));
      Optional<GateResult> verdict = sla.map(gate -> gate.judge(List.of(result)));
      verdict.ifPresent(output::show);
      settings
          .path("output")
          .ifPresent(folder -> ResultOutput.write(folder, List.of(result), verdict));
      return verdict.map(GateResult::passed).orElse(true) ? 0 : 1;
    }
  }

  private static LoadPlan plan(Settings settings) {
    int[] concurrency = {1};
    settings.integer("concurrency", value -> concurrency[0] = value);
    double[] rate = {0};
    settings.number("request_rate", value -> rate[0] = value);
    boolean open = settings.has("request_rate");
    if (open && settings.has("concurrency")) {
      throw new ConfigException("concurrency and request_rate do not go together; leave one out");
    }
    int[] batch = {open ? OPEN_LOOP_BATCH : concurrency[0]};
    settings.integer("max_batch_size", value -> batch[0] = value);
    int[] counts = {REQUESTS, WARMUP};
    settings.integer("requests", value -> counts[0] = value);
    settings.integer("warmup", value -> counts[1] = value);
    long[] seed = {0};
    settings.whole("seed", value -> seed[0] = value);
    return new LoadPlan(
        counts[0],
        counts[1],
        open ? batch[0] : concurrency[0],
        open ? OptionalDouble.of(rate[0]) : OptionalDouble.empty(),
        batch[0],
        seed[0]);
  }

  /**
   * @throws ConfigException if it asks for a figure that no load has
   */
  private static QualityGate sla(Path file) {
    QualityGate gate = QualityGate.read(file);
    List<String> known = LoadResult.figureNames();
    for (GateCondition condition : gate.conditions()) {
      if (!known.contains(condition.figure())) {
        throw new ConfigException(
            "%s: there is no figure '%s' of a load; the nearest is %s"
                .formatted(file, condition.figure(), NearestName.of(condition.figure(), known)));
      }
      if (!condition.task().map(TASK::equals).orElse(true)) {
        throw new ConfigException(
            file + ": task: found " + condition.task().get() + ", wanted " + TASK + " or none");
      }
    }
    return gate;
  }

  /** What two measurements must have in common to be compared. */
  private static String signature(LoadPlan plan, LatencyLoad load, LoadedModel loaded) {
    Map<String, Object> parts = new LinkedHashMap<>();
    if (plan.requestRate().isPresent()) {
      parts.put("request_rate", plan.requestRate().getAsDouble());
      parts.put("seed", plan.seed());
    } else {
      parts.put("concurrency", plan.concurrency());
    }
    parts.put("max_batch_size", plan.maxBatchSize());
    load.generation().ifPresent(config -> parts.put("max_new_tokens", config.maxNewTokens()));
    parts.put("dtype", loaded.model().dtype().name().toLowerCase(Locale.ROOT));
    parts.put("weights", loaded.model().base().format().lowerName());
    parts.put("threads", NativeGate.threads());
    return String.join(
        "|", parts.entrySet().stream().map(e -> e.getKey() + ":" + e.getValue()).toList());
  }

  /** Tells of a figure that could not be measured. */
  private void missing(EvalResult result, String name, String why) {
    if (json()) {
      Map<String, Object> line = new LinkedHashMap<>();
      line.put("model_name", result.model());
      line.put("task", result.task());
      line.put("figure", name);
      line.put("value", null);
      line.put("reason", why);
      console.json(line);
    } else {
      console.say(name + " was not measured: " + why);
    }
  }
}
