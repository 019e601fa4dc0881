package org.tune4j.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;

/** What leaving the reference costs never comes to nothing. */
class KlControllerTest {
  @Test
  void horizonThatAnUpdateCouldTakeTheCostAwayInIsRefused() {
    KlController controller = KlController.adaptive(0.1, 6, 100);
    controller.update(0, 499);
    assertThat(controller.coefficient()).isPositive();
    assertThatThrownBy(() -> controller.update(0, 500))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("horizon: wanted above 100.0")
        .hasMessageContaining("500 responses");
    KlController.fixed(0.1).update(0, 500);
  }

  @Test
  void costOfNothingSeeksNoTarget() {
    assertThatThrownBy(() -> PpoConfig.builder().klCoef(0).target(6.0).build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("kl_coef: wanted above 0 where it seeks a target");
  }
}
