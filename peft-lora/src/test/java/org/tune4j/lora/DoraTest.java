package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.QuantisedModels;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** DoRA: what its norms depend on, and when they are computed. */
class DoraTest {
  private static final double STEP = 1e-6;
  @TempDir Path folder;

  private static LoraConfig.Builder config() {
    return LoraConfig.builder().r(3).targetModules("all-linear").useDora(true);
  }

  private static float[] logits(BoundModel model) {
    try (TensorScope work = TensorScope.open()) {
      Tensor hidden = model.hidden(model.upload(batch(), work), work);
      int[] rows = IntStream.range(0, batch().tokens()).toArray();
      return model.output().logits(hidden, work.longs(rows), work).toFloats();
    }
  }

  private static Batch batch() {
    int[] ids = new Random(4).ints(9, 0, 97).toArray();
    return Batch.of(List.of(new EncodedExample(0, "row", ids, ids.clone())));
  }

  /** Also adds gradients. */
  private static double loss(BoundModel model, Recompute recompute) {
    try (TensorScope work = TensorScope.open()) {
      BlockSeeds seeds = model.hasDropout() ? new BlockSeeds(3, 1, 0) : null;
      return new CausalLmObjective()
          .lossAndGradients(model, model.upload(batch(), work), 1, recompute, seeds)
          .sum();
    }
  }

  /**
   * Norms count as constants: while they stay, as they do until {@code refresh}, the gradients of A
   * and B are differences of the loss. Those of magnitudes, which no norm depends on, always are.
   */
  @ParameterizedTest
  @CsvSource({"0, NONE", "0, BLOCKS", "0.3, NONE"})
  void gradientIsWhatTheLossChangesByWhileNormsStay(double dropout, Recompute recompute) {
    try (CausalLm base = RandomModels.create(RandomModels.QWEN2, DType.FLOAT64, 3);
        Lora lora =
            Lora.create(
                base,
                config().loraDropout(dropout).initLoraWeights(LoraConfig.Init.RANDOM).build(),
                5)) {
      WeightMethodFamiliesTest.move(lora.weights());
      loss(lora.model(), recompute);
      double[] gradient = lora.weights().flatGradient().toDoubles();
      double[] weights = lora.weights().flat().toDoubles();
      int matrices = Math.toIntExact(lora.weights().ranges().get(0).count());
      assertThat(matrices).isBetween(1, weights.length - 1);
      compare(lora, weights, gradient, 0, matrices, false);
      compare(lora, weights, gradient, matrices, weights.length, true);
    }
  }

  private static void compare(
      Lora lora, double[] weights, double[] gradient, int from, int to, boolean refresh) {
    Random random = new Random(2);
    double[] direction = new double[weights.length];
    double wanted = 0;
    for (int i = from; i < to; i++) {
      direction[i] = random.nextGaussian();
      wanted += direction[i] * gradient[i];
    }
    double up = lossAt(lora, weights, direction, STEP, refresh);
    double down = lossAt(lora, weights, direction, -STEP, refresh);
    lossAt(lora, weights, direction, 0, true);
    assertThat((up - down) / (2 * STEP)).isCloseTo(wanted, within(1e-5 * Math.abs(wanted)));
  }

  private static double lossAt(
      Lora lora, double[] weights, double[] direction, double step, boolean refresh) {
    double[] moved = weights.clone();
    Arrays.setAll(moved, i -> moved[i] + step * direction[i]);
    try (TensorScope work = TensorScope.open()) {
      TensorOps.copy(lora.weights().flat(), work.doubles(moved, moved.length));
    }
    if (refresh) {
      lora.weights().refresh();
    }
    return loss(lora.model(), Recompute.NONE);
  }

  /** PEFT divides by the norm, 0, and its scores are no numbers. */
  @Test
  void aRowOfZerosComputesZerosAndLearns() {
    try (CausalLm base = RandomModels.create(RandomModels.QWEN2, DType.FLOAT32, 3);
        TensorScope work = TensorScope.open()) {
      TensorSlot weight = base.architecture().blocks().get(0).groups().get(0).weight();
      Tensor row = TensorOps.rows(work, base.weight(weight), 1, 1);
      TensorOps.copy(row, TensorOps.zeros(work, DType.FLOAT32, row.shape()));
      try (BoundModel bare = new BoundModel(base, null, null);
          Lora lora = Lora.create(base, config().build(), 5)) {
        assertThat(logits(lora.model())).containsExactly(logits(bare), within(1e-6f));
        loss(lora.model(), Recompute.NONE);
        assertThat(TensorOps.isFinite(lora.weights().flatGradient())).isTrue();
        WeightMethodFamiliesTest.move(lora.weights());
        assertThat(logits(lora.model())).doesNotContain(Float.NaN);
        try (PeftMerge merged = PeftMerge.of(lora)) {
          assertThat(logits(merged.model())).containsExactly(logits(lora.model()), within(1e-5f));
        }
      }
    }
  }

  @Test
  void normsAreComputedOnceAChange() {
    try (CausalLm base = TinyBase.model(false);
        Lora lora = Lora.create(base, config().build(), 5)) {
      TensorSlot magnitude =
          lora.weights().all().stream()
              .map(Trainable::slot)
              .filter(slot -> slot.name().endsWith("k_proj.lora_magnitude_vector"))
              .findFirst()
              .orElseThrow();
      TensorSlot scale = TensorSlot.whole(magnitude.name() + ".scale", magnitude.sizes());
      Tensor derived = lora.model().derived(scale);
      float[] before = derived.toFloats();
      assertThat(before).containsOnly(1f);
      WeightMethodFamiliesTest.move(lora.weights());
      assertThat(derived.toFloats()).isEqualTo(before);
      assertThat(lora.model().derived(scale)).isSameAs(derived);
      assertThat(derived.toFloats()).isNotEqualTo(before);
    }
  }

  /**
   * To the last bit, whatever the base is held in: norms and magnitudes are of the same numbers.
   */
  @ParameterizedTest
  @EnumSource(names = {"PLAIN", "INT8", "NF4"})
  void beginsAsTheBase(WeightFormat format) throws Exception {
    for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
      Path models = folder.resolve(dtype.name());
      java.nio.file.Files.createDirectories(models);
      try (CausalLm base = QuantisedModels.load(models, RandomModels.QWEN2_64, dtype, format);
          BoundModel bare = new BoundModel(base, null, null);
          Lora lora = Lora.create(base, config().build(), 5)) {
        assertThat(logits(lora.model())).isEqualTo(logits(bare));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "NF4"})
  void mergesIntoPlainWeights(WeightFormat format) throws Exception {
    try (CausalLm base =
            QuantisedModels.load(folder, RandomModels.QWEN2_64, DType.FLOAT32, format);
        Lora lora = Lora.create(base, config().build(), 5)) {
      WeightMethodFamiliesTest.move(lora.weights());
      try (PeftMerge merge = PeftMerge.of(lora)) {
        assertThat(logits(merge.model())).containsExactly(logits(lora.model()), within(2e-3f));
      }
    }
  }

  @Test
  void whatItDoesNotGoWithIsRefusedByName() {
    assertThatThrownBy(() -> config().targetParameters("down_proj").build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("use_dora");
    assertThatThrownBy(() -> config().initLoraWeights(LoraConfig.Init.PISSA).build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("init_lora_weights")
        .hasMessageContaining("pissa");
    try (CausalLm base = TinyBase.model(false)) {
      LoraConfig embedding = config().targetModules("embed_tokens").build();
      assertThatThrownBy(() -> Lora.create(base, embedding, 1))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("embed_tokens")
          .hasMessageContaining("use_dora");
    }
  }
}
