package org.tune4j.examples.cli;

import java.util.Map;
import org.tune4j.engine.train.TrainConfig;
import picocli.CommandLine.Command;

/** {@code tune4j rloo}: REINFORCE, with the other answers to a prompt as what is expected. */
@Command(
    name = "rloo",
    description = {
      "Teaches a model by REINFORCE with leave-one-out baselines: it answers each prompt several"
          + " times, the answers are scored by verifiers or a reward model, and it learns to say"
          + " what scores more than the mean of the others.",
      "Writes RUN/policy (PEFT's files or, with --method full, a model); RUN/report.html, metrics"
          + " and checkpoints; prints that folder."
    })
final class RlooCommand extends PolicyCommand {
  RlooCommand(Console console) {
    super(console, RlooSettings.TABLE, RlooSettings.OWN);
  }

  @Override
  Map<String, String> refused() {
    return GroupRefusals.RLOO;
  }

  @Override
  Settings withDefaults(Settings given) {
    return LowRate.withDefault(given);
  }

  @Override
  PolicyMethod method(Settings settings, TrainConfig train) {
    return RlooSettings.method(settings, train);
  }
}
