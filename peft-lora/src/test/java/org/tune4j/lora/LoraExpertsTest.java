package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LossDifferences;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** LoRA at the matrices of experts, beside PEFT's. */
class LoraExpertsTest {
  @TempDir Path folder;

  private static Path resource(String name) throws Exception {
    return Path.of(LoraExpertsTest.class.getResource("experts").toURI()).resolve(name);
  }

  private static ByteBuffer bytes(SafetensorsFile file, String tensor) {
    int size = Math.toIntExact(file.tensors().get(tensor).byteSize());
    ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    file.read(tensor, 0, bytes);
    return bytes.flip();
  }

  private static float[] floats(SafetensorsFile file, String tensor) {
    ByteBuffer bytes = bytes(file, tensor);
    float[] floats = new float[bytes.remaining() / 4];
    bytes.asFloatBuffer().get(floats);
    return floats;
  }

  private static Batch batch(int[] ids) {
    return Batch.of(List.of(new EncodedExample(0, "row", ids, ids.clone())));
  }

  private static float[] logits(BoundModel model, int[] ids) {
    try (TensorScope work = TensorScope.open()) {
      Tensor hidden = model.hidden(model.upload(batch(ids), work), work);
      int[] rows = IntStream.range(0, ids.length).toArray();
      return model.output().logits(hidden, work.longs(rows), work).toFloats();
    }
  }

  @Test
  void aFileOfPeftsGivesItsNumbersAndIsWrittenTheSame() throws Exception {
    try (SafetensorsFile golden = SafetensorsFile.open(resource("out.safetensors"));
        CausalLm base = CausalLm.load(resource("base"), DType.FLOAT32);
        Lora lora = Lora.load(base, resource("adapter"))) {
      ByteBuffer stored = bytes(golden, "ids");
      int[] ids =
          IntStream.range(0, stored.remaining() / 8)
              .map(i -> (int) stored.getLong(8 * i))
              .toArray();
      float[] wanted = floats(golden, "logits");
      assertThat(logits(lora.model(), ids)).containsExactly(wanted, within(2e-5f));
      try (PeftMerge merge = PeftMerge.of(lora)) {
        assertThat(logits(merge.model(), ids)).containsExactly(wanted, within(2e-5f));
      }
      for (Recompute recompute : Recompute.values()) {
        compareGradients(lora, golden, ids, recompute);
      }
      lora.save(folder.resolve("again"), "base");
      try (SafetensorsFile ours =
              SafetensorsFile.open(folder.resolve("again/adapter_model.safetensors"));
          SafetensorsFile theirs =
              SafetensorsFile.open(resource("adapter/adapter_model.safetensors"))) {
        assertThat(ours.tensors().keySet()).isEqualTo(theirs.tensors().keySet());
        for (String name : theirs.tensors().keySet()) {
          assertThat(bytes(ours, name)).as(name).isEqualTo(bytes(theirs, name));
        }
      }
      Lora.load(base, folder.resolve("again")).close();
    }
  }

  private static void compareGradients(
      Lora lora, SafetensorsFile golden, int[] ids, Recompute recompute) {
    try (TensorScope work = TensorScope.open()) {
      Tensor flat = lora.weights().flatGradient();
      TensorOps.copy(flat, TensorOps.zeros(work, flat.dtype(), flat.shape()));
      LossSum loss =
          new CausalLmObjective()
              .lossAndGradients(
                  lora.model(),
                  lora.model().upload(batch(ids), work),
                  1.0 / (ids.length - 1),
                  recompute,
                  null);
      assertThat(loss.mean()).isCloseTo(floats(golden, "loss")[0], within(1e-5));
      List<String> compared = new ArrayList<>();
      for (Trainable trainable : lora.weights().all()) {
        for (var part : trainable.slot().parts()) {
          float[] found = part.of(lora.weights().gradient(trainable.slot()), work).toFloats();
          float[] wanted = floats(golden, "grad." + part.name());
          assertThat(found).as(part.name()).containsExactly(wanted, within(2e-5f));
          compared.add(part.name());
        }
      }
      assertThat(compared).hasSize(12);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {RandomModels.QWEN2_MOE, RandomModels.DEEPSEEK_V3})
  void gradientIsWhatTheLossChangesBy(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        Lora lora =
            Lora.create(
                base,
                LoraConfig.builder()
                    .r(3)
                    .targetParameters("mlp.experts.gate_up_proj", "down_proj")
                    .initLoraWeights(LoraConfig.Init.RANDOM)
                    .build(),
                5)) {
      LossDifferences.check(lora.weights(), recompute -> loss(lora.model(), recompute));
    }
  }

  /** Also adds gradients. */
  private static double loss(BoundModel model, Recompute recompute) {
    int[] ids = new Random(4).ints(9, 0, 97).toArray();
    try (TensorScope work = TensorScope.open()) {
      return new CausalLmObjective()
          .lossAndGradients(model, model.upload(batch(ids), work), 1, recompute, null)
          .sum();
    }
  }

  @Test
  void whatIsNotThereIsRefusedByName() {
    try (CausalLm base = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3)) {
      LoraConfig config = LoraConfig.builder().targetParameters("experts.up").build();
      assertThatThrownBy(() -> Lora.create(base, config, 1))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("target_parameters")
          .hasMessageContaining("experts.up");
    }
    LoraConfig.Builder dropping =
        LoraConfig.builder().targetParameters("down_proj").loraDropout(0.1);
    assertThatThrownBy(dropping::build)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("lora_dropout: wanted 0 with target_parameters");
  }
}
