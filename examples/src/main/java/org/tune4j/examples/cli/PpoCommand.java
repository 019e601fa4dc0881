package org.tune4j.examples.cli;

import java.util.Map;
import org.tune4j.engine.train.TrainConfig;
import picocli.CommandLine.Command;

/** {@code tune4j ppo}: a policy learns from rewards, with a critic. */
@Command(
    name = "ppo",
    description = {
      "Teaches a model by proximal policy optimisation: it answers prompts, the answers are scored"
          + " by a reward model or verifiers, and it learns to say what scores more.",
      "Writes RUN/policy (PEFT's files or, with --method full, a model; and value_head.safetensors);"
          + " RUN/report.html, metrics and checkpoints; prints that folder."
    })
final class PpoCommand extends PolicyCommand {
  PpoCommand(Console console) {
    super(console, PpoSettings.TABLE, PpoSettings.OWN);
  }

  @Override
  Map<String, String> refused() {
    return PpoRefusals.TABLE;
  }

  @Override
  PolicyMethod method(Settings settings, TrainConfig train) {
    return PpoSettings.method(settings, train);
  }
}
