package org.tune4j.examples.cli;

import java.util.Map;
import org.tune4j.engine.train.TrainConfig;
import picocli.CommandLine.Command;

/** {@code tune4j grpo}: a policy learns from rewards, by its answers to the same prompt. */
@Command(
    name = "grpo",
    description = {
      "Teaches a model by group relative policy optimisation: it answers each prompt several times,"
          + " the answers are scored by verifiers or a reward model, and it learns to say what"
          + " scores more than its other answers.",
      "Writes RUN/policy (PEFT's files or, with --method full, a model); RUN/report.html, metrics"
          + " and checkpoints; prints that folder."
    })
final class GrpoCommand extends PolicyCommand {
  GrpoCommand(Console console) {
    super(console, GrpoSettings.TABLE, GrpoSettings.OWN);
  }

  @Override
  Map<String, String> refused() {
    return GroupRefusals.GRPO;
  }

  @Override
  Settings withDefaults(Settings given) {
    return LowRate.withDefault(given);
  }

  @Override
  PolicyMethod method(Settings settings, TrainConfig train) {
    return GrpoSettings.method(settings, train);
  }
}
