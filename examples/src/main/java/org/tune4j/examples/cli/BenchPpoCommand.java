package org.tune4j.examples.cli;

import java.util.List;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.examples.bench.PpoBench;
import picocli.CommandLine.Command;

/** {@code tune4j bench ppo}: times steps of PPO. */
@Command(
    name = "ppo",
    description =
        "Times steps of PPO with LoRA on one base: sampling, scoring, learning; the first is cold.")
final class BenchPpoCommand extends SettingsCommand {
  private static final String BENCH = "benchmark";
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", BENCH, "DIR", "The model."),
          new Setting("data", BENCH, "FILE.jsonl", "Rows with question and answer, for prompts."),
          new Setting("dtype", BENCH, "fp32|bf16|fp16|auto", "Default fp32."),
          new Setting("batch", BENCH, "N", "Prompts of a step. Default 8."),
          new Setting("prompt_tokens", BENCH, "N", "Tokens of each prompt. Default 64."),
          new Setting("new_tokens", BENCH, "N", "Tokens of each response. Default 64."),
          new Setting("epochs", BENCH, "N", "Passes over the rollouts of a step. Default 4."),
          new Setting("steps", BENCH, "N", "Default 4."),
          new Setting("rank", BENCH, "N", "Of LoRA on all linear layers. Default 16."),
          ModelSettings.threads(BENCH));

  BenchPpoCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    int[] whole = {8, 64, 64, 4, 4, 16};
    String[] names = {"batch", "prompt_tokens", "new_tokens", "epochs", "steps", "rank"};
    for (int i = 0; i < names.length; i++) {
      int at = i;
      settings.integer(names[i], value -> whole[at] = value);
    }
    settings.integer("threads", NativeGate::setThreads);
    PpoBench bench =
        new PpoBench(
            required(settings, "model"),
            required(settings, "data"),
            PrecisionChoice.of(settings.text("dtype").orElse("fp32"), "cpu"),
            whole[0],
            whole[1],
            whole[2],
            whole[3],
            whole[4],
            whole[5]);
    console.json(bench.run());
    return 0;
  }
}
