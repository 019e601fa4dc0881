package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainStep;

/** The load-balancing loss of routers, beside transformers' and beside its own differences. */
class RouterLossTest {
  /** Experts in every block. */
  private static final String SPARSE =
      RandomModels.QWEN2_MOE.replace("\"decoder_sparse_step\":2", "\"decoder_sparse_step\":1");

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

  private static long[] longs(SafetensorsFile file, String tensor) {
    ByteBuffer bytes = bytes(file, tensor);
    long[] longs = new long[bytes.remaining() / 8];
    bytes.asLongBuffer().get(longs);
    return longs;
  }

  /** The tokens that are not masked. */
  private static Batch batch(SafetensorsFile golden) {
    long[] ids = longs(golden, "input_ids");
    long[] labels = longs(golden, "labels");
    long[] mask = longs(golden, "attention_mask");
    int rows = Math.toIntExact(golden.tensors().get("input_ids").shape()[0]);
    List<EncodedExample> examples = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      int from = row * ids.length / rows;
      int length = 0;
      while (length < ids.length / rows && mask[from + length] == 1) {
        length++;
      }
      int[] rowIds = new int[length];
      int[] rowLabels = new int[length];
      for (int t = 0; t < length; t++) {
        rowIds[t] = (int) ids[from + t];
        rowLabels[t] = (int) labels[from + t];
      }
      examples.add(new EncodedExample(row, "golden", rowIds, rowLabels));
    }
    return Batch.of(examples);
  }

  private static TrainableTensors everything(CausalLm model) {
    return new TrainableTensors(
        TrainableWeights.all(model.architecture()), model.dtype(), model.scope());
  }

  @ParameterizedTest
  @ValueSource(strings = {"mixtral", "qwen2_moe"})
  void lossAndGradientsAreThoseOfTransformers(String name) throws Exception {
    Path folder = Path.of(RouterLossTest.class.getResource("router").toURI()).resolve(name);
    for (Recompute recompute : Recompute.values()) {
      try (SafetensorsFile golden = SafetensorsFile.open(folder.resolve("golden.safetensors"));
          CausalLm model = CausalLm.load(folder, DType.FLOAT32);
          TrainableTensors trained = everything(model);
          BoundModel bound = new BoundModel(model, null, trained);
          TensorScope work = TensorScope.open()) {
        TrainableWeights.copyFrom(model, trained);
        Batch batch = batch(golden);
        LossSum loss =
            CausalLmObjective.of(model.architecture(), Optional.empty(), 0)
                .lossAndGradients(
                    bound, bound.upload(batch, work), 1.0 / batch.labelCount(), recompute, null);
        assertThat(loss.mean()).isCloseTo(floats(golden, "loss")[0], within(1e-5));
        assertThat(loss.router() / loss.weight())
            .isCloseTo(floats(golden, "aux_loss")[0], within(1e-5));
        for (Trainable trainable : trained.all()) {
          compare(trainable.slot(), trained.gradient(trainable.slot()), golden, work);
        }
      }
    }
  }

  private static void compare(
      TensorSlot slot, Tensor gradient, SafetensorsFile golden, TensorScope work) {
    String together = "grad." + slot.name();
    if (golden.tensors().containsKey(together)) {
      assertThat(gradient.toFloats())
          .as(together)
          .containsExactly(floats(golden, together), within(2e-5f));
      return;
    }
    for (TensorSlot.Part part : slot.parts()) {
      String name = "grad." + part.name().replace("block_sparse_moe", "mlp");
      assertThat(part.of(gradient, work).toFloats())
          .as(name)
          .containsExactly(floats(golden, name), within(2e-5f));
    }
  }

  private static Batch batch(int... lengths) {
    Random random = new Random(3);
    List<EncodedExample> examples = new ArrayList<>();
    for (int length : lengths) {
      int[] ids = random.ints(length, 0, 97).toArray();
      examples.add(new EncodedExample(length, "row", ids, ids.clone()));
    }
    return Batch.of(examples);
  }

  private static LossSum loss(
      BoundModel bound, double coefficient, double scale, Recompute recompute, int... lengths) {
    try (TensorScope work = TensorScope.open()) {
      return new CausalLmObjective(coefficient, 0)
          .lossAndGradients(bound, bound.upload(batch(lengths), work), scale, recompute, null);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {RandomModels.QWEN2_MOE, ""})
  void gradientIsWhatTheLossChangesBy(String config) {
    try (CausalLm model =
            RandomModels.create(config.isEmpty() ? SPARSE : config, DType.FLOAT64, 7);
        TrainableTensors trained = everything(model);
        BoundModel bound = new BoundModel(model, null, trained)) {
      TrainableWeights.copyFrom(model, trained);
      LossDifferences.check(trained, recompute -> loss(bound, 0.5, 1, recompute, 11, 9, 4).sum());
    }
  }

  /** What the loss is without counts the router's part in no way but its coefficient. */
  @Test
  void aMicroBatchCountsByItsLabels() {
    try (CausalLm model = RandomModels.create(SPARSE, DType.FLOAT64, 7);
        TrainableTensors trained = everything(model);
        BoundModel bound = new BoundModel(model, null, trained)) {
      TrainableWeights.copyFrom(model, trained);
      LossSum plain = loss(bound, 0, 0.1, Recompute.NONE, 11, 9);
      LossSum with = loss(bound, 0.5, 0.1, Recompute.NONE, 11, 9);
      assertThat(plain.router()).isZero();
      assertThat(with.sum()).isEqualTo(plain.sum() + 0.5 * with.router());
      assertThat(with.weight()).isEqualTo(18);
      LossSum other = loss(bound, 0.5, 0.1, Recompute.NONE, 5);
      assertThat(with.plus(other).router()).isEqualTo(with.router() + other.router());
    }
  }

  @Test
  void aStepTellsItsMicroBatchesMean() {
    try (CausalLm model = RandomModels.create(SPARSE, DType.FLOAT64, 7);
        TrainableTensors trained = everything(model);
        BoundModel bound = new BoundModel(model, null, trained);
        AdamW optimizer =
            new AdamW(trained, new AdamW.Settings(0.9, 0.999, 1e-8, 0), model.scope())) {
      TrainableWeights.copyFrom(model, trained);
      LossSum sum =
          loss(bound, 0.5, 1, Recompute.NONE, 11, 9).plus(loss(bound, 0.5, 1, Recompute.NONE, 5));
      TrainStep step =
          new TrainStep(
              bound, trained, new CausalLmObjective(0.5, 0), optimizer, Recompute.NONE, 1, 3);
      StepResult result = step.run(List.of(batch(11, 9), batch(5)), 0, 0, 1e9);
      assertThat(result.auxLoss()).isCloseTo(sum.router() / 22, within(1e-12));
      assertThat(result.loss()).isCloseTo(sum.mean(), within(1e-12));
    }
  }

  @Test
  void theConfigurationSaysWhetherItCounts() {
    try (CausalLm silent = RandomModels.create(SPARSE, DType.FLOAT32, 7);
        CausalLm asking =
            RandomModels.create(
                SPARSE.replace(
                    "\"vocab_size\"",
                    "\"output_router_logits\":true,\"router_aux_loss_coef\":0.25,\"vocab_size\""),
                DType.FLOAT32,
                7)) {
      assertThat(silent.architecture().routerLoss()).contains(new RouterLoss(0.001, false));
      assertThat(asking.architecture().routerLoss()).contains(new RouterLoss(0.25, true));
    }
    try (CausalLm dense = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 7)) {
      assertThatThrownBy(() -> CausalLmObjective.of(dense.architecture(), Optional.of(0.1), 0))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll("router_aux_loss_coef", "0.1", "llama");
    }
  }
}
