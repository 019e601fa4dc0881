package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.examples.bench.GenerateBench;
import picocli.CommandLine.Command;

/** {@code tune4j bench generate}: times generation. */
@Command(
    name = "generate",
    description =
        "Times greedy generation after prompts of equal length; the first of some runs is cold.")
final class BenchGenerateCommand extends SettingsCommand {
  private static final String BENCH = "benchmark";
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", BENCH, "DIR", "The model."),
          new Setting("data", BENCH, "FILE.jsonl", "Rows with question and answer, for prompts."),
          new Setting("dtype", BENCH, "fp32|bf16|fp16|auto", "Default fp32."),
          GenerationSettings.weights(BENCH),
          new Setting("batch", BENCH, "N", "Prompts at once. Default 1."),
          new Setting("prompt_tokens", BENCH, "N", "Tokens of each prompt. Default 64."),
          new Setting("new_tokens", BENCH, "N", "Tokens that are added. Default 64."),
          new Setting("runs", BENCH, "N", "Default 3."),
          new Setting("ids_out", BENCH, "FILE", "Where prompts and new ids go, as JSON."),
          ModelSettings.threads(BENCH));

  BenchGenerateCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    int[] whole = {1, 64, 64, 3};
    settings.integer("batch", value -> whole[0] = value);
    settings.integer("prompt_tokens", value -> whole[1] = value);
    settings.integer("new_tokens", value -> whole[2] = value);
    settings.integer("runs", value -> whole[3] = value);
    settings.integer("threads", NativeGate::setThreads);
    Path model = required(settings, "model");
    DType dtype = PrecisionChoice.of(settings.text("dtype").orElse("fp32"), "cpu");
    WeightFormat weights = GenerationSettings.format(settings);
    GenerateBench bench =
        new GenerateBench(
            model,
            required(settings, "data"),
            dtype,
            weights,
            whole[0],
            whole[1],
            whole[2],
            whole[3],
            settings.text("ids_out").map(Path::of));
    Map<String, Object> line = new LinkedHashMap<>(bench.run());
    if (weights != WeightFormat.PLAIN) {
      line.putAll(drift(model, dtype, weights));
    }
    console.json(line);
    return 0;
  }

  /** How far the scores are from those of the plain model in fp32. */
  private static Map<String, Object> drift(Path model, DType dtype, WeightFormat weights) {
    Architecture architecture = Architectures.read(model);
    List<int[]> texts = ComparedPrompts.ids(model, Optional.empty(), architecture);
    LogitDrift drift =
        LogitDrift.between(
            scores(model, DType.FLOAT32, WeightFormat.PLAIN, texts),
            scores(model, dtype, weights, texts),
            architecture.vocabularySize());
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("max_abs_logit_drift", drift.greatest());
    figures.put("mean_kl_divergence", drift.divergence());
    figures.put("same_best_token", drift.sameBest());
    figures.put("positions", drift.positions());
    return figures;
  }

  private static List<float[]> scores(
      Path model, DType dtype, WeightFormat weights, List<int[]> texts) {
    try (CausalLm loaded = CausalLm.load(model, dtype, "cpu", weights);
        BoundModel bound = new BoundModel(loaded, null, null)) {
      return LogitDrift.scores(bound, texts);
    }
  }
}
