package org.tune4j.full;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.MemorySettings;

/** Rates of layers and modules, in a model of three blocks. */
final class LearningRatesTest {
  private static Map<String, Double> rates(Architecture model, LearningRates rates) {
    Map<String, Double> all = new LinkedHashMap<>();
    for (Trainable each : new AllWeights(model, Freezing.NONE, rates).trainedWeights()) {
      each.slot().parts().stream()
          .map(TensorSlot.Part::name)
          .forEach(name -> all.put(name, each.rate()));
    }
    return all;
  }

  @Test
  void layersDecayFromTheOutputDown() {
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3)) {
      Map<String, Double> rates = rates(model.architecture(), new LearningRates(0.5, Map.of()));
      assertThat(rates).containsEntry("model.norm.weight", 1.0);
      assertThat(rates.get("model.layers.2.mlp.down_proj.weight")).isEqualTo(0.5);
      assertThat(rates.get("model.layers.0.input_layernorm.weight")).isEqualTo(0.125);
      assertThat(rates.get("model.embed_tokens.weight")).isEqualTo(0.0625);
    }
  }

  @Test
  void theFirstExpressionThatMatchesCounts() {
    Map<String, Double> factors = new LinkedHashMap<>();
    factors.put("model.layers.1.mlp", 3.0);
    factors.put("model.layers", 2.0);
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3)) {
      Map<String, Double> rates = rates(model.architecture(), new LearningRates(1, factors));
      assertThat(rates.get("model.layers.1.mlp.down_proj.weight")).isEqualTo(3);
      assertThat(rates.get("model.layers.2.mlp.down_proj.weight")).isEqualTo(2);
      assertThat(rates.get("model.norm.weight")).isEqualTo(1);
    }
  }

  /** Of an update by AdamW without decay, which moves each number in proportion to its rate. */
  @Test
  void anUpdateMovesByTheRate() {
    LearningRates rates = new LearningRates(0.5, Map.of("model.layers.0", 0.0));
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3);
        TensorScope scope = TensorScope.open();
        FullModel full =
            new FullModel(
                model,
                new AllWeights(model.architecture(), Freezing.NONE, rates),
                MemorySettings.PLAIN,
                List.of());
        Optimizer optimizer =
            new AdamW.Settings(0.9, 0.99, 1e-12, 0).optimizer(full.weights(), scope)) {
      float[] ones = new float[(int) full.weights().parameters()];
      Arrays.fill(ones, 1);
      org.tune4j.engine.kernel.TensorOps.copy(
          full.weights().flatGradient(), scope.floats(ones, ones.length));
      Map<String, float[]> before = new LinkedHashMap<>();
      full.weights()
          .all()
          .forEach(each -> before.put(each.slot().name(), full.weights().values(each.slot())));
      optimizer.step(0.01, 1);
      for (Trainable each : full.weights().all()) {
        float[] now = full.weights().values(each.slot());
        float[] then = before.get(each.slot().name());
        for (int i = 0; i < now.length; i++) {
          assertThat((double) then[i] - now[i]).isCloseTo(0.01 * each.rate(), within(1e-6));
        }
      }
    }
  }

  @Test
  void whatMeansNothingIsRefused() {
    assertThatThrownBy(() -> new LearningRates(0, Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("layerwise_lr_decay");
    assertThatThrownBy(() -> new LearningRates(1, Map.of("(", 1.0)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no regular expression");
    assertThatThrownBy(() -> new LearningRates(1, Map.of("a", -1.0)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("wanted at least 0");
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3)) {
      assertThatThrownBy(
              () -> rates(model.architecture(), new LearningRates(1, Map.of("model.norn", 2.0))))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("the nearest is 'model.norm.weight'");
      // q, k and v are one tensor in memory.
      assertThatThrownBy(
              () ->
                  rates(
                      model.architecture(),
                      new LearningRates(1, Map.of("model.layers.0.self_attn.q_proj", 2.0))))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("one tensor in memory");
    }
  }
}
