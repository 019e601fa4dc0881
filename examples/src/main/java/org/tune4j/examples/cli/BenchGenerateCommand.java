package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.List;
import org.tune4j.engine.model.PrecisionChoice;
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
          new Setting("dtype", BENCH, "fp32|bf16|auto", "Default fp32."),
          GenerationSettings.weights(BENCH),
          new Setting("batch", BENCH, "N", "Prompts at once. Default 1."),
          new Setting("prompt_tokens", BENCH, "N", "Tokens of each prompt. Default 64."),
          new Setting("new_tokens", BENCH, "N", "Tokens that are added. Default 64."),
          new Setting("runs", BENCH, "N", "Default 3."),
          new Setting("ids_out", BENCH, "FILE", "Where prompts and new ids go, as JSON."),
          new Setting("threads", BENCH, "N", "Threads of a matrix product. Default: all cores."));

  BenchGenerateCommand(Console console) {
    super(console);
  }

  @Override
  List<Setting> table() {
    return TABLE;
  }

  @Override
  int run(Settings settings) {
    int[] whole = {1, 64, 64, 3};
    settings.integer("batch", value -> whole[0] = value);
    settings.integer("prompt_tokens", value -> whole[1] = value);
    settings.integer("new_tokens", value -> whole[2] = value);
    settings.integer("runs", value -> whole[3] = value);
    settings.integer("threads", NativeGate::setThreads);
    GenerateBench bench =
        new GenerateBench(
            required(settings, "model"),
            required(settings, "data"),
            PrecisionChoice.of(settings.text("dtype").orElse("fp32"), "cpu"),
            GenerationSettings.format(settings),
            whole[0],
            whole[1],
            whole[2],
            whole[3],
            settings.text("ids_out").map(Path::of));
    console.json(bench.run());
    return 0;
  }
}
