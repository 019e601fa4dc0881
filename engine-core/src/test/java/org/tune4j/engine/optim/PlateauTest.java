package org.tune4j.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;

class PlateauTest {
  private static Plateau plateau(Map<String, Object> options, boolean greaterIsBetter) {
    Schedule schedule = new Schedule(Schedule.Type.REDUCE_LR_ON_PLATEAU, 0, 0, options);
    return new Plateau(schedule, 1e-3, greaterIsBetter);
  }

  /** Each evaluation goes to one that goes on from what the one before kept. */
  @Test
  void hasTorchsRates() throws IOException {
    ObjectMapper mapper = new ObjectMapper();
    JsonNode runs =
        mapper
            .readTree(PlateauTest.class.getResource("optimizers.json"))
            .get("reduce_lr_on_plateau");
    assertThat(runs).hasSize(10);
    for (JsonNode run : runs) {
      Map<String, Object> options =
          mapper.convertValue(run.get("options"), new TypeReference<>() {});
      boolean greater = run.get("mode").asText().equals("max");
      String state = plateau(options, greater).state();
      for (int i = 0; i < run.get("metrics").size(); i++) {
        Plateau next = plateau(options, greater);
        next.restore(state);
        next.evaluated(run.get("metrics").get(i).asDouble());
        assertThat(next.rate()).as("%s %d", run, i).isEqualTo(run.get("rates").get(i).asDouble());
        state = next.state();
      }
    }
  }

  @Test
  void optionsWithoutSenseAreRefused() {
    assertThatThrownBy(() -> plateau(Map.of("factor", 1), false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("factor: wanted 0 up to but not 1, found 1.0");
    assertThatThrownBy(() -> plateau(Map.of("threshold_mode", "both"), false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("wanted rel or abs, found both");
    assertThatThrownBy(() -> plateau(Map.of(), false).restore("1 2"))
        .isInstanceOf(ModelFormatException.class);
  }
}
