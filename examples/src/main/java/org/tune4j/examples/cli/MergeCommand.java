package org.tune4j.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.lora.Lora;
import org.tune4j.lora.LoraMerge;
import picocli.CommandLine.Command;

/**
 * {@code tune4j merge}: an adapter and its base become one model folder, which is read back and
 * compared with the adapter before it appears.
 */
@Command(
    name = "merge",
    description = {
      "Merges a LoRA adapter into its base and writes a model folder; the base stays as it is.",
      "The folder is read back and compared with the adapter on some prompts; it appears only if the"
          + " greatest difference of two scores is within --max-drift."
    })
final class MergeCommand extends SettingsCommand {
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", "merge", "DIR", "The base model: a folder or a GGUF file."),
          new Setting("adapter", "merge", "DIR", "The LoRA adapter."),
          new Setting("output", "merge", "DIR", "The folder to write, which is not there yet."),
          new Setting(
              "dtype",
              "merge",
              "fp32|fp16|bf16",
              "Element type of the files. Default: that of each tensor of the base."),
          new Setting(
              "max_drift",
              "merge",
              "X",
              "Refuse above. Default 0.001 for fp32, 0.1 for fp16, 0.5 for bf16."),
          new Setting("prompts", "merge", "FILE", "What to compare on, a prompt a line."),
          new Setting("threads", "merge", "N", "Threads of a matrix product. Default: all cores."));

  private static final Map<String, DType> TYPES =
      Map.of("fp32", DType.FLOAT32, "fp16", DType.FLOAT16, "bf16", DType.BFLOAT16);

  /** Differences that rounding explains, a stored type. */
  private static final Map<DType, Double> BOUNDS =
      Map.of(
          DType.FLOAT64, 0.001,
          DType.FLOAT32, 0.001,
          DType.FLOAT16, 0.1,
          DType.BFLOAT16, 0.5);

  MergeCommand(Console console) {
    super(console);
  }

  @Override
  List<Setting> table() {
    return TABLE;
  }

  @Override
  int run(Settings settings) {
    Path source = required(settings, "model");
    Path adapter = required(settings, "adapter");
    Path output = required(settings, "output");
    DType[] dtype = {null};
    settings.choice("dtype", TYPES, value -> dtype[0] = value);
    settings.integer("threads", NativeGate::setThreads);
    if (Files.exists(output)) {
      throw new ConfigException(output + ": is there already; name another folder with --output");
    }
    Architecture architecture = Architectures.read(source);
    List<int[]> texts = ComparedPrompts.ids(source, settings.path("prompts"), architecture);
    double[] bound = {defaultBound(source, architecture, Optional.ofNullable(dtype[0]))};
    settings.number("max_drift", value -> bound[0] = value);
    LogitDrift[] drift = new LogitDrift[1];
    AtomicFolder.write(
        output,
        folder -> {
          List<float[]> wanted =
              merge(source, adapter, folder, Optional.ofNullable(dtype[0]), texts);
          drift[0] = compare(folder.path(), texts, wanted);
          refuseAbove(bound[0], drift[0]);
        });
    report(output, drift[0], bound[0]);
    return 0;
  }

  /** Writes the merged model: the scores of the adapter on its base. */
  private static List<float[]> merge(
      Path source, Path adapter, NewFolder target, Optional<DType> dtype, List<int[]> texts)
      throws IOException {
    try (CausalLm base = CausalLm.load(source, DType.FLOAT32);
        Lora lora = Lora.load(base, adapter)) {
      List<float[]> scores = LogitDrift.scores(lora.model(), texts);
      try (LoraMerge merged = LoraMerge.of(lora)) {
        HubFolder.write(target, source, base.architecture(), merged::weight, dtype);
      }
      return scores;
    }
  }

  private static LogitDrift compare(Path folder, List<int[]> texts, List<float[]> wanted) {
    try (CausalLm merged = CausalLm.load(folder, DType.FLOAT32);
        BoundModel model = new BoundModel(merged, null, null)) {
      List<float[]> found = LogitDrift.scores(model, texts);
      return LogitDrift.between(wanted, found, merged.architecture().vocabularySize());
    }
  }

  private static void refuseAbove(double bound, LogitDrift drift) {
    if (!(drift.greatest() <= bound)) {
      throw new NumericalException(
          String.format(
              Locale.ROOT,
              "the merged model differs from the adapter: a score by %.6g, above max_drift %.6g (same"
                  + " best token at %d of %d positions); nothing was written; store it more exactly"
                  + " (--dtype fp32) or allow more with --max-drift",
              drift.greatest(),
              bound,
              drift.sameBest(),
              drift.positions()));
    }
  }

  /** The bound of the least exact type in the files. */
  private static double defaultBound(
      Path source, Architecture architecture, Optional<DType> dtype) {
    return dtype
        .map(BOUNDS::get)
        .orElseGet(
            () ->
                HubFolder.storedTypes(source, architecture).values().stream()
                    .mapToDouble(BOUNDS::get)
                    .max()
                    .orElseThrow());
  }

  private void report(Path output, LogitDrift drift, double bound) {
    console.say(
        String.format(
            Locale.ROOT,
            "greatest difference of a score: %.6g (allowed %.6g); same best token at %d of %d"
                + " positions",
            drift.greatest(),
            bound,
            drift.sameBest(),
            drift.positions()));
    if (!json()) {
      console.out().println(output);
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("output", output.toString());
    line.put("max_abs_logit_drift", drift.greatest());
    line.put("max_drift", bound);
    line.put("same_best_token", drift.sameBest());
    line.put("positions", drift.positions());
    console.json(line);
  }
}
