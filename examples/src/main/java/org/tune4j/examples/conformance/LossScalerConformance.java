package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.optim.LossScaler;

/**
 * Checks {@code goldens/train/loss_scaler}: every scale and count of {@code torch.amp.GradScaler},
 * to the last bit, down to the floor that torch's does not have.
 */
final class LossScalerConformance {
  private final JsonNode golden;
  private final CheckSink sink;

  LossScalerConformance(JsonNode golden, CheckSink sink) {
    this.golden = golden;
    this.sink = sink;
  }

  void check() {
    course();
    overflows();
    growth();
  }

  private LossScaler scaler(double initScale, int growthInterval) {
    JsonNode h = golden.get("hyperparameters");
    return new LossScaler(
        new LossScaler.Settings(
            (float) initScale,
            (float) h.get("growth_factor").asDouble(),
            (float) h.get("backoff_factor").asDouble(),
            growthInterval));
  }

  private void course() {
    JsonNode h = golden.get("hyperparameters");
    LossScaler scaler = scaler(h.get("init_scale").asDouble(), h.get("growth_interval").asInt());
    int wrong = 0;
    for (JsonNode step : golden.get("main")) {
      boolean finite = step.get("injected").isNull();
      boolean right =
          scaler.scale() == (float) step.get("scale_used").asDouble()
              && finite != step.get("skipped").asBoolean();
      scaler.update(finite);
      right &=
          scaler.scale() == (float) step.get("scale_after").asDouble()
              && scaler.state().growthTracker() == step.get("growth_tracker_after").asInt();
      wrong += right ? 0 : 1;
    }
    exact("steps that differ", wrong);
  }

  /** Where torch's scale is below 1, this one has stopped with an error. */
  private void overflows() {
    JsonNode h = golden.get("hyperparameters");
    int wrong = 0;
    for (JsonNode row : golden.get("overflows_then_one_clean_step")) {
      LossScaler scaler = scaler(h.get("init_scale").asDouble(), h.get("growth_interval").asInt());
      double theirs = row.get("scale_used").asDouble();
      boolean right;
      try {
        for (int k = 0; k < row.get("overflows").asInt(); k++) {
          scaler.update(false);
        }
        right = scaler.scale() == (float) theirs;
      } catch (NumericalException atTheFloor) {
        right = theirs < LossScaler.FLOOR;
      }
      wrong += right ? 0 : 1;
    }
    exact("rows of overflows that differ", wrong);
  }

  private void growth() {
    JsonNode steps = golden.get("growth_to_the_limit");
    double first = steps.get(0).get("scale_after").asDouble();
    LossScaler scaler =
        scaler(first / golden.get("hyperparameters").get("growth_factor").asDouble(), 1);
    int wrong = 0;
    int at = 0;
    for (JsonNode step : steps) {
      for (; at <= step.get("step").asInt(); at++) {
        scaler.update(true);
      }
      wrong +=
          scaler.scale() == (float) step.get("scale_after").asDouble()
                  && scaler.state().growthTracker() == step.get("growth_tracker_after").asInt()
              ? 0
              : 1;
    }
    exact("scales at the limit of fp32 that differ", wrong);
  }

  private void exact(String check, int wrong) {
    sink.report("loss_scaler", check, wrong, 0, wrong == 0);
  }
}
