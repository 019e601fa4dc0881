package org.tune4j.engine.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Averages beside those that {@code make_ema.py} had torch and diffusers make. */
class EmaTest {
  private static final OptimizerConfig SGD = new Sgd.Settings(0, false, 0);

  @ParameterizedTest
  @ValueSource(strings = {"constant", "warmup"})
  void isItsPeersAverage(String way) throws IOException {
    JsonNode golden = new ObjectMapper().readTree(EmaTest.class.getResource("ema.json"));
    JsonNode steps = golden.get(way);
    Ema.Settings settings =
        new Ema.Settings(SGD, golden.get("decay").asDouble(), way.equals("warmup"));
    OptimizerPeersTest.run(
        settings,
        step -> 0.1,
        steps.size(),
        (optimizer, weights, step) -> {
          float[] learning = weights.flat().toFloats();
          try (Optimizer.InPlace averaged = optimizer.averaged()) {
            OptimizerPeersTest.assertWeights(weights, steps.get(step), 2e-7, "step " + step);
          }
          assertThat(weights.flat().toFloats()).isEqualTo(learning);
        });
  }

  @Test
  void whatLearnsIsWhatLearnsWithout() {
    float[][] ends = new float[2][];
    for (int i = 0; i < 2; i++) {
      int run = i;
      OptimizerConfig adamw = new AdamW.Settings(0.9, 0.99, 1e-8, 0.1);
      OptimizerPeersTest.run(
          i == 0 ? adamw : new Ema.Settings(adamw, 0.9, true),
          step -> 1e-2,
          5,
          (optimizer, weights, step) -> ends[run] = weights.flat().toFloats());
    }
    assertThat(ends[1]).isEqualTo(ends[0]);
  }

  @Test
  void beforeTheFirstUpdateTheWeightsAreTheirAverage() {
    try (TensorScope scope = TensorScope.open();
        TrainableTensors weights =
            new TrainableTensors(OptimizerPeersTest.TRAINED, DType.FLOAT32, scope);
        Optimizer optimizer = new Ema.Settings(SGD, 0.9, false).optimizer(weights, scope)) {
      float[] before = weights.flat().toFloats();
      optimizer.averaged();
      assertThat(weights.flat().toFloats()).isEqualTo(before);
    }
  }

  @Test
  void theDecayOfAWarmUpRisesToItsEnd() {
    Ema.Settings settings = new Ema.Settings(SGD, 0.9, true);
    assertThat(settings.decayAfter(0)).isZero();
    assertThat(settings.decayAfter(7)).isCloseTo(0.75, within(1e-12));
    assertThat(settings.decayAfter(1_000_000)).isEqualTo(0.9);
    assertThat(new Ema.Settings(SGD, 0.9, false).decayAfter(1)).isEqualTo(0.9);
  }

  @Test
  void refusesWhatIsNoAverage() {
    for (double decay : new double[] {-0.1, 1, Double.NaN}) {
      assertThatThrownBy(() -> new Ema.Settings(SGD, decay, false))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("ema_decay");
    }
    assertThatThrownBy(() -> new Ema.Settings(ScheduleFreeAdamW.Settings.DEFAULT, 0.9, false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("schedule_free_adamw has an average of its own");
  }
}
