package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Parts of weights in bf16, as PiSSA and OLoRA start. */
class WeightStartTest {
  @ParameterizedTest
  @EnumSource(
      value = LoraConfig.Init.class,
      names = {"PISSA", "OLORA"})
  void mastersAreNotRoundedAndMergeIntoTheBase(LoraConfig.Init init) {
    LoraConfig config =
        LoraConfig.builder().r(4).targetModules("all-linear").initLoraWeights(init).build();
    try (CausalLm base = TinyBase.model("llama", false, DType.BFLOAT16);
        PeftModel adapted = PeftModel.create(base, config, 3)) {
      for (Trainable each : adapted.weights().all()) {
        assertThat(isBf16(adapted.weights().values(each.slot()))).isFalse();
      }
      try (PeftMerge merge = PeftMerge.of(adapted)) {
        for (TensorSlot slot : base.architecture().slots()) {
          assertThat(floats(merge, slot)).isEqualTo(floats(base, slot));
        }
      }
    }
  }

  private static boolean isBf16(float[] values) {
    for (float value : values) {
      if ((Float.floatToRawIntBits(value) & 0xFFFF) != 0) {
        return false;
      }
    }
    return true;
  }

  private static float[] floats(CausalLm base, TensorSlot slot) {
    try (TensorScope work = TensorScope.open()) {
      return TensorOps.cast(work, base.weight(slot), DType.FLOAT32).toFloats();
    }
  }

  private static float[] floats(PeftMerge merge, TensorSlot slot) {
    try (TensorScope work = TensorScope.open()) {
      return TensorOps.cast(
              work, TensorOps.cast(work, merge.weight(slot), DType.BFLOAT16), DType.FLOAT32)
          .toFloats();
    }
  }
}
