package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.tune4j.rlhf.ppo.KlController;

/** Checks {@code goldens/rl}: reward models, PPO and the preference family against TRL. */
final class RlConformance {
  private static final ObjectMapper JSON = new ObjectMapper();

  private RlConformance() {}

  static void check(Path folder, CheckSink sink) {
    RlCase golden = new RlCase(folder, read(folder), sink);
    switch (golden.name()) {
      case "ppo_rollout" -> new PpoRolloutConformance(golden).check();
      case "ppo_loss" -> new PpoLossConformance(golden).check();
      case "ppo_run" -> new PpoRunConformance(golden).check();
      case "dpo" -> new PreferenceLossConformance(golden).dpo();
      case "kto" -> new PreferenceLossConformance(golden).kto();
      case "orpo_simpo" -> new PreferenceLossConformance(golden).withoutReference();
      case "dpo_run" -> new DpoRunConformance(golden).check();
      case "grpo" -> new GrpoConformance(golden).check();
      case "rloo" -> new RlooConformance(golden).check();
      case "kl_controller" -> klController(golden);
      case "reward_model" -> new RewardModelConformance(golden).check();
      default -> sink.report(golden.name(), "supported", Double.NaN, 0, false);
    }
  }

  private static JsonNode read(Path folder) {
    try {
      return JSON.readTree(folder.resolve("case.json").toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void klController(RlCase golden) {
    JsonNode h = golden.json().get("hyperparameters");
    KlController controller =
        KlController.adaptive(
            h.get("init").asDouble(), h.get("target").asDouble(), h.get("horizon").asDouble());
    double worst = 0;
    for (JsonNode step : golden.json().get("trace")) {
      controller.update(step.get("kl").asDouble(), h.get("n_steps").asLong());
      worst =
          Math.max(
              worst, Math.abs(controller.coefficient() - step.get("coefficient_after").asDouble()));
    }
    golden.within(
        "coefficients", worst, golden.json().path("tolerance").path("abs").asDouble(1e-12));
  }
}
