package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.InputShift;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** By the definition, in fp64: the plain loss of vectors that are moved by uniform noise. */
class NeftuneObjectiveTest {
  private static final double ALPHA = 5;
  private static final Objective PLAIN = new CausalLmObjective();
  private static final NeftuneObjective NOISY = new NeftuneObjective(PLAIN, ALPHA);
  private static final BlockSeeds SEEDS = new BlockSeeds(3, 4, 5);

  private final CausalLm base = RandomModels.create(RandomModels.QWEN2, DType.FLOAT64, 7);
  private final TrainableTensors trained =
      new TrainableTensors(TrainableWeights.all(base.architecture()), DType.FLOAT64, base.scope());
  private final BoundModel model = new BoundModel(base, null, trained);
  private final int width = base.architecture().hiddenSize();

  NeftuneObjectiveTest() {
    TrainableWeights.copyFrom(base, trained);
  }

  @AfterEach
  void close() {
    model.close();
    trained.close();
    base.close();
  }

  private static Batch batch(int... lengths) {
    return Batch.of(
        Arrays.stream(lengths)
            .mapToObj(
                length -> {
                  int[] ids = new Random(length).ints(length, 0, 97).toArray();
                  return new EncodedExample(length, "row", ids, ids.clone());
                })
            .toList());
  }

  private double[] noise(Batch batch, BlockSeeds seeds) {
    try (TensorScope work = model.workScope()) {
      return NOISY.noise(model, model.upload(batch, work), seeds, work).toDoubles();
    }
  }

  /** Of a text's length, not of the batch's: a half of the bound for four times as many words. */
  @Test
  void eachTextIsMovedUniformlyWithinItsOwnBound() {
    Batch batch = batch(100, 400);
    double[] noise = noise(batch, SEEDS);
    assertThat(noise).hasSize(500 * width);
    int from = 0;
    for (int length : batch.sequenceLengths()) {
      double[] own = Arrays.copyOfRange(noise, from, from + length * width);
      from += own.length;
      double bound = ALPHA / Math.sqrt(length * width);
      Arrays.sort(own);
      assertThat(own[0]).isBetween(-bound, -0.99 * bound);
      assertThat(own[own.length - 1]).isBetween(0.99 * bound, bound);
      // The greatest distance from the uniform distribution (Kolmogorov), at about p = 1e-6.
      double distance = 0;
      for (int i = 0; i < own.length; i++) {
        double wanted = (own[i] / bound + 1) / 2;
        distance = Math.max(distance, Math.abs((i + 0.5) / own.length - wanted));
      }
      assertThat(distance).isLessThan(2.7 / Math.sqrt(own.length));
    }
  }

  @Test
  void noiseIsAFunctionOfSeedStepAndMicroBatch() {
    Batch batch = batch(6, 3);
    double[] noise = noise(batch, SEEDS);
    assertThat(noise(batch, new BlockSeeds(3, 4, 5))).isEqualTo(noise);
    for (BlockSeeds other :
        List.of(new BlockSeeds(2, 4, 5), new BlockSeeds(3, 5, 5), new BlockSeeds(3, 4, 6))) {
      assertThat(noise(batch, other)).isNotEqualTo(noise);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"NONE", "BLOCKS"})
  void isThePlainLossOfMovedVectors(Recompute recompute) {
    Batch batch = batch(7, 4);
    try (TensorScope work = model.workScope()) {
      BatchTensors tensors = model.upload(batch, work);
      Tensor noise = NOISY.noise(model, tensors, SEEDS, work);
      InputShift shift = new InputShift(noise, TensorOps.zeros(work, DType.FLOAT64, noise.shape()));
      double wanted =
          PLAIN.lossAndGradients(model, tensors.shifted(shift), 1, recompute, SEEDS).sum();
      double[] gradients = trained.flatGradient().toDoubles();
      TensorOps.copy(
          trained.flatGradient(), TensorOps.zeros(work, DType.FLOAT64, gradients.length));
      double loss = NOISY.lossAndGradients(model, tensors, 1, recompute, SEEDS).sum();
      assertThat(loss).isEqualTo(wanted).isNotEqualTo(PLAIN.loss(model, tensors).sum());
      assertThat(trained.flatGradient().toDoubles()).containsExactly(gradients, within(1e-12));
    }
  }

  @Test
  void evaluationsAndMeasurementsHaveNone() {
    try (TensorScope work = model.workScope()) {
      BatchTensors batch = model.upload(batch(5), work);
      double plain = PLAIN.loss(model, batch).sum();
      assertThat(NOISY.loss(model, batch).sum()).isEqualTo(plain);
      assertThat(NOISY.lossAndGradients(model, batch, 1, Recompute.NONE, null).sum())
          .isCloseTo(plain, within(1e-12));
    }
  }

  @Test
  void refusesABatchThatIsMovedAlready() {
    try (TensorScope work = model.workScope()) {
      BatchTensors batch = model.upload(batch(5), work);
      BatchTensors moved = batch.shifted(InputShift.zeros(batch, model, work));
      assertThatThrownBy(() -> NOISY.lossAndGradients(model, moved, 1, Recompute.NONE, SEEDS))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesAnAlphaOfNoNoise(double alpha) {
    assertThatThrownBy(() -> new NeftuneObjective(PLAIN, alpha))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("neftune_noise_alpha");
  }
}
