package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Fp32Module;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** LoRA on a base in bf16 or fp16, and at an output layer that is kept in fp32. */
class LoraPrecisionTest {
  private static final double LOSS_SCALE = 256;

  /** Logits, those after merging, and gradients of an adapter that is random. */
  private record Pass(float[] logits, float[] merged, float[] gradients) {
    static Pass of(String target, DType dtype, Set<Fp32Module> inFp32) {
      LoraConfig config =
          LoraConfig.builder()
              .r(3)
              .targetModules(target)
              .initLoraWeights(LoraConfig.Init.RANDOM)
              .build();
      try (CausalLm base =
              TinyBase.model(TinyBase.architecture("llama", false).with(inFp32), dtype);
          Lora lora = Lora.create(base, config, 2);
          PeftMerge merge = PeftMerge.of(lora);
          TensorScope work = TensorScope.open()) {
        new CausalLmObjective()
            .lossAndGradients(
                lora.model(),
                lora.model().upload(TinyBase.batch(), work),
                LOSS_SCALE / TinyBase.batch().labelCount(),
                Recompute.NONE,
                null);
        return new Pass(
            TinyBase.logits(lora.model()),
            TinyBase.logits(merge.model()),
            TensorOps.cast(work, lora.weights().flatGradient(), DType.FLOAT32).toFloats());
      }
    }
  }

  private static double relative(float[] found, float[] wanted) {
    double difference =
        IntStream.range(0, wanted.length).mapToDouble(i -> Math.pow(found[i] - wanted[i], 2)).sum();
    double norm = IntStream.range(0, wanted.length).mapToDouble(i -> wanted[i] * wanted[i]).sum();
    return Math.sqrt(difference / norm);
  }

  @ParameterizedTest
  @CsvSource({"all-linear,FLOAT16,0.005", "lm_head,FLOAT16,0.005", "lm_head,BFLOAT16,0.04"})
  void itIsThatOfFp32ButForRounding(String target, DType dtype, double tolerance) {
    Pass wanted = Pass.of(target, DType.FLOAT32, Set.of());
    for (Set<Fp32Module> inFp32 : Arrays.asList(Set.<Fp32Module>of(), Set.of(Fp32Module.HEAD))) {
      Pass found = Pass.of(target, dtype, inFp32);
      assertThat(relative(found.logits(), wanted.logits())).isLessThan(tolerance);
      assertThat(relative(found.merged(), wanted.merged())).isLessThan(tolerance);
      assertThat(relative(found.gradients(), wanted.gradients())).isLessThan(tolerance);
    }
  }
}
