package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.TensorScope;

/** An adapter that changes nothing is told from one that does. */
class IdleAdapterTest {
  /** Of scores that are summed in another order. */
  private static final double ROUNDING = 1e-5;

  private static final TargetModules MODULES = TargetModules.of("q_proj", "v_proj", "embed_tokens");

  private static final TargetModules LINEAR = TargetModules.of("q_proj", "v_proj");

  private static LoraConfig.Builder lora() {
    return LoraConfig.builder().r(4).targetModules(MODULES);
  }

  static Stream<WeightMethod> methods() {
    return Stream.of(
        lora().build(),
        lora().modulesToSave("lm_head", "norm").bias(LoraConfig.Bias.ALL).build(),
        LoraConfig.builder().targetModules("q_proj").trainableTokenIndices(3, 9).build(),
        new Ia3Config(),
        new VeraConfig(8, TargetModules.of("q_proj", "v_proj")),
        new LohaConfig(4, LINEAR),
        new LokrConfig(4, LINEAR),
        new LokrConfig(
            new TargetLayers(LINEAR), new Lycoris(2, 8), true, -1, false, LokrConfig.Init.LYCORIS),
        new AdaloraConfig(10, LINEAR),
        new OftConfig(4, LINEAR),
        new MissConfig(4, LINEAR),
        new LnTuningConfig(),
        new TrainableTokensConfig(List.of(8, 2), TargetModules.of("lm_head"), true));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void beginsIdleAndIsNotOnceScoresMove(WeightMethod method) {
    try (CausalLm base = TinyBase.model(false);
        BoundModel bare = new BoundModel(base, null, null);
        PeftModel adapted = PeftModel.create(base, method, 3)) {
      assertThat(adapted.adapter().isIdle(base, adapted.weights())).isTrue();
      float[] before = TinyBase.logits(bare);
      assertThat(distance(adapted, before)).isLessThan(ROUNDING);
      boolean idleThroughout = true;
      for (Trainable each : adapted.weights().all()) {
        move(adapted, each.slot());
        boolean idle = adapted.adapter().isIdle(base, adapted.weights());
        if (idle) { // One factor of a product whose other is zero.
          assertThat(distance(adapted, before)).isLessThan(ROUNDING);
        }
        idleThroughout &= idle;
      }
      assertThat(idleThroughout).isFalse();
    }
  }

  /** The greatest difference of two scores. */
  private static double distance(PeftModel adapted, float[] before) {
    float[] after = TinyBase.logits(adapted.model());
    double greatest = 0;
    for (int i = 0; i < after.length; i++) {
      greatest = Math.max(greatest, Math.abs(after[i] - before[i]));
    }
    return greatest;
  }

  private static void move(PeftModel adapted, TensorSlot slot) {
    float[] values = adapted.weights().values(slot);
    values[values.length - 1] += 0.5f;
    try (TensorScope work = TensorScope.open()) {
      adapted.weights().set(slot, work.floats(values, slot.sizes()));
    }
  }

  static Stream<WeightMethod> moving() {
    return Stream.of(
        lora().initLoraWeights(LoraConfig.Init.RANDOM).build(),
        new Ia3Config(null, null, null, List.of(), false),
        new TrainableTokensConfig(List.of(8, 2), null, false),
        LoraConfig.builder()
            .targetModules("q_proj")
            .initLoraWeights(LoraConfig.Init.PISSA)
            .build());
  }

  @ParameterizedTest
  @MethodSource("moving")
  void whatMovesOrCannotBeToldIsNotIdle(WeightMethod method) {
    try (CausalLm base = TinyBase.model(false);
        PeftModel adapted = PeftModel.create(base, method, 3)) {
      assertThat(adapted.adapter().isIdle(base, adapted.weights())).isFalse();
    }
  }
}
