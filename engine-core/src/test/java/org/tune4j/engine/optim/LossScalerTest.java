package org.tune4j.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.optim.LossScaler.Settings;
import org.tune4j.engine.optim.LossScaler.State;

class LossScalerTest {
  private static final Settings SMALL = new Settings(8, 2, 0.5f, 3);

  /** Whatever comes, the scale and its inverse stay numbers; or the run ends with an error. */
  @Property
  void scaleStaysBetweenItsFloorAndTheLargestNumber(
      @ForAll @Size(min = 1, max = 200) List<Boolean> finite) {
    LossScaler scaler = new LossScaler(new Settings(Float.MAX_VALUE / 3, 2, 0.5f, 2));
    for (boolean each : finite) {
      if (!each && scaler.scale() == LossScaler.FLOOR) {
        assertThatThrownBy(() -> scaler.update(false)).isInstanceOf(NumericalException.class);
      } else {
        scaler.update(each);
      }
      assertThat(scaler.scale()).isBetween(LossScaler.FLOOR, Float.MAX_VALUE);
      assertThat(scaler.state().growthTracker()).isBetween(0, 1);
    }
  }

  @Property
  void goesOnFromWhereItStood(
      @ForAll @Size(max = 20) List<Boolean> before, @ForAll @Size(max = 20) List<Boolean> after) {
    // So high that forty overflows do not bring it to its floor.
    Settings settings = new Settings(0x1p60f, 2, 0.5f, 3);
    LossScaler whole = new LossScaler(settings);
    before.forEach(whole::update);
    LossScaler resumed = new LossScaler(settings);
    resumed.restore(whole.state());
    for (boolean each : after) {
      whole.update(each);
      resumed.update(each);
      assertThat(resumed.state()).isEqualTo(whole.state());
    }
  }

  @Test
  void overflowAtTheFloorEndsWithAnError() {
    LossScaler scaler = new LossScaler(SMALL);
    for (int k = 0; k < 3; k++) {
      scaler.update(false);
    }
    assertThat(scaler.scale()).isEqualTo(1);
    assertThatThrownBy(() -> scaler.update(false))
        .isInstanceOf(NumericalException.class)
        .hasMessageContaining("loss scale of 1.0");
    assertThat(scaler.state()).isEqualTo(new State(1, 0));
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> new Settings(0.5f, 2, 0.5f, 1)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new Settings(Float.NaN, 2, 0.5f, 1))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new Settings(2, 1, 0.5f, 1)).hasMessageContaining("growth_factor = 1");
    assertThatThrownBy(() -> new Settings(2, 2, 1, 1)).hasMessageContaining("backoff_factor = 1");
    assertThatThrownBy(() -> new Settings(2, 2, 0.5f, 0))
        .hasMessageContaining("growth_interval = 0");
    LossScaler scaler = new LossScaler(SMALL);
    for (State state : List.of(new State(0.5f, 0), new State(Float.NaN, 0), new State(8, 3))) {
      assertThatThrownBy(() -> scaler.restore(state)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
