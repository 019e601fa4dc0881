package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;

/** What AdaLoRA says of a run before it begins. */
class AdaloraRunTest {
  private static final AdaloraConfig CONFIG =
      new AdaloraConfig(
          new TargetLayers(TargetModules.of("q_proj", "v_proj")),
          4,
          2,
          8,
          0,
          new AdaloraConfig.Schedule(10, 1, 3, 1),
          0.85,
          0.85,
          0.5,
          "none",
          true,
          Map.of());

  @Test
  void aRunOfOtherLengthThanItsScheduleIsTold() {
    try (CausalLm base = TinyBase.model(false)) {
      WeightAdapter adapter = CONFIG.on(base.architecture());
      assertThat(adapter.doubts(10)).isEmpty();
      assertThat(adapter.doubts(7))
          .hasValue(
              "total_step is 10, and the run makes 7 updates, so that ranks are not at target_r when"
                  + " it ends");
      assertThat(adapter.doubts(12)).hasValue("total_step is 10, and the run makes 12 updates");
    }
  }

  /** Of three vectors as long as what is trained, in fp32. */
  @Test
  void whatItKeepsOfUpdatesIsForecast() {
    try (CausalLm base = TinyBase.model("llama", false, DType.FLOAT32)) {
      WeightAdapter adapter = CONFIG.on(base.architecture());
      List<Trainable> trained = adapter.parameters();
      assertThat(adapter.updateBytes()).isEqualTo(3 * 4 * Trainable.elements(trained));
    }
  }
}
