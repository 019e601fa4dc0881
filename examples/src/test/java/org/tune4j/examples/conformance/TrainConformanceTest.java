package org.tune4j.examples.conformance;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.Goldens;

class TrainConformanceTest {
  @ParameterizedTest
  @CsvSource({
    "distillation, 18",
    "dora, 8",
    "ewc, 24",
    "full_accum, 4",
    "full_adamw, 4",
    "full_label_smoothing, 6",
    "ia3, 8",
    "loss_scaler, 3",
    "lora_modules_to_save, 8",
    "lora_neox, 8",
    "lora_qv, 8",
    "lora_tied, 8",
    "p_tuning, 8",
    "prefix, 8",
    "prefix_projection, 8",
    "prompt_tuning, 8",
    "rslora_all_linear, 8",
    "schedules, 17"
  })
  void trainingTakesThePeersCourse(String name, int atLeast) {
    CollectedChecks checks = new CollectedChecks();
    TrainConformance.check(Goldens.folder("train/" + name), checks);
    checks.assertAllHold(atLeast);
  }
}
