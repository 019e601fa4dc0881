package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LossDifferences;
import org.tune4j.engine.model.QuantisedModels;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** LoRA on a base whose matrices are held in fewer bytes (QLoRA). */
class LoraQuantisedTest {
  @TempDir Path folder;

  private static LoraConfig.Builder config() {
    return LoraConfig.builder().r(3).initLoraWeights(LoraConfig.Init.RANDOM);
  }

  private static Batch batch() {
    int[] ids = new Random(4).ints(9, 0, 97).toArray();
    return Batch.of(List.of(new EncodedExample(0, "row", ids, ids.clone())));
  }

  /** Also adds gradients. */
  private static double loss(BoundModel model, Recompute recompute) {
    try (TensorScope work = TensorScope.open()) {
      return new CausalLmObjective()
          .lossAndGradients(model, model.upload(batch(), work), 1, recompute, null)
          .sum();
    }
  }

  private static float[] logits(BoundModel model) {
    try (TensorScope work = TensorScope.open()) {
      Tensor hidden = model.hidden(model.upload(batch(), work), work);
      int[] rows = IntStream.range(0, batch().tokens()).toArray();
      return model.output().logits(hidden, work.longs(rows), work).toFloats();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "NF4"})
  void gradientIsWhatTheLossChangesBy(WeightFormat format) throws IOException {
    try (CausalLm base =
            QuantisedModels.load(folder, RandomModels.QWEN2_64, DType.FLOAT64, format);
        Lora lora = Lora.create(base, config().targetModules("all-linear").build(), 5)) {
      LossDifferences.check(lora.weights(), recompute -> loss(lora.model(), recompute));
    }
  }

  @Test
  void gradientAtExpertsIsWhatTheLossChangesBy() throws IOException {
    LoraConfig config = config().targetParameters("mlp.experts.gate_up_proj", "down_proj").build();
    try (CausalLm base =
            QuantisedModels.load(folder, RandomModels.QWEN2_MOE, DType.FLOAT64, WeightFormat.INT8);
        Lora lora = Lora.create(base, config, 5)) {
      LossDifferences.check(lora.weights(), recompute -> loss(lora.model(), recompute));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"INT8", "NF4"})
  void mergedIsPlainAndEqualsAdapted(WeightFormat format) throws IOException {
    try (CausalLm base =
            QuantisedModels.load(folder, RandomModels.QWEN2_64, DType.FLOAT32, format);
        Lora lora = Lora.create(base, config().targetModules("q_proj", "up_proj").build(), 5);
        PeftMerge merge = PeftMerge.of(lora)) {
      assertThat(logits(merge.model())).containsExactly(logits(lora.model()), within(2e-5f));
      base.architecture()
          .slots()
          .forEach(slot -> assertThat(merge.weight(slot).shape()).isEqualTo(slot.sizes()));
    }
  }

  @Test
  void whatIsQuantisedIsNoModuleToSave() throws IOException {
    try (CausalLm base =
        QuantisedModels.load(folder, RandomModels.QWEN2_64, DType.FLOAT32, WeightFormat.INT8)) {
      LoraConfig config = config().targetModules("q_proj").modulesToSave("down_proj").build();
      assertThatThrownBy(() -> Lora.create(base, config, 1))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("mlp.down_proj.weight is held in int8");
    }
  }
}
