package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** A model whose matrices are held in fewer bytes computes what its dequantised matrices give. */
class QuantisedModelTest {
  private static final int[] IDS = {5, 90, 12, 3, 3, 41, 77, 8};

  @TempDir Path folder;

  static Stream<Arguments> models() {
    return Stream.of(
        Arguments.of(RandomModels.LLAMA, WeightFormat.INT8),
        Arguments.of(RandomModels.QWEN2_64, WeightFormat.INT8),
        Arguments.of(RandomModels.QWEN2_64, WeightFormat.NF4),
        Arguments.of(RandomModels.GPT2, WeightFormat.INT8),
        Arguments.of(RandomModels.QWEN2_MOE, WeightFormat.INT8),
        Arguments.of(RandomModels.DEEPSEEK_V3, WeightFormat.INT8));
  }

  private static Batch batch() {
    return Batch.of(List.of(new EncodedExample(0, "row", IDS, IDS.clone())));
  }

  private static double[] scores(CausalLm model) {
    try (BoundModel bound = new BoundModel(model, null, null);
        TensorScope work = TensorScope.open()) {
      Tensor hidden = bound.hidden(bound.upload(batch(), work), work);
      int[] rows = IntStream.range(0, IDS.length).toArray();
      Tensor scores = bound.output().logits(hidden, work.longs(rows), work);
      return TensorOps.cast(work, scores, DType.FLOAT64).toDoubles();
    }
  }

  /** The scores after one token more than the text has. */
  private static double[] decoded(CausalLm model) {
    try (BoundModel bound = new BoundModel(model, null, null);
        DecodeSession session = bound.decode(batch(), IDS.length + 1, SamplingRule.GREEDY);
        TensorScope work = TensorScope.open()) {
      Tensor scores = session.scores(new int[] {20}, work);
      return TensorOps.cast(work, scores, DType.FLOAT64).toDoubles();
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void scoresAreThoseOfTheDequantisedModel(String config, WeightFormat format) throws IOException {
    try (CausalLm model = QuantisedModels.load(folder, config, DType.FLOAT64, format);
        CausalLm plain = QuantisedModels.dequantised(model, DType.FLOAT64);
        CausalLm exact = CausalLm.load(folder.resolve("model"), DType.FLOAT64)) {
      double[] wanted = scores(plain);
      assertThat(scores(model)).containsExactly(wanted, within(1e-10));
      assertThat(decoded(model)).containsExactly(decoded(plain), within(1e-10));
      double drift = 0;
      double[] unrounded = scores(exact);
      for (int i = 0; i < wanted.length; i++) {
        drift = Math.max(drift, Math.abs(wanted[i] - unrounded[i]));
      }
      assertThat(drift).as("it is quantised").isGreaterThan(1e-4);
    }
  }

  /**
   * One token takes the product that reads the codes, a text the other; both round as bf16 does.
   */
  @ParameterizedTest
  @EnumSource(names = {"INT8", "NF4"})
  void bf16RoundsNoMoreThanItDoesInTheDequantisedModel(WeightFormat format) throws IOException {
    try (CausalLm model =
            QuantisedModels.load(folder, RandomModels.QWEN2_64, DType.BFLOAT16, format);
        CausalLm plain = QuantisedModels.dequantised(model, DType.BFLOAT16);
        CausalLm exact = QuantisedModels.dequantised(model, DType.FLOAT64)) {
      double[] wanted = scores(exact);
      assertThat(distance(scores(model), wanted)).isLessThan(1.5 * distance(scores(plain), wanted));
      wanted = decoded(exact);
      assertThat(distance(decoded(model), wanted))
          .isLessThan(1.5 * distance(decoded(plain), wanted));
    }
  }

  private static double distance(double[] a, double[] b) {
    return Math.sqrt(
        IntStream.range(0, a.length).mapToDouble(i -> (a[i] - b[i]) * (a[i] - b[i])).sum());
  }

  @Test
  void fingerprintTellsFormatsApart() throws IOException {
    String config = RandomModels.QWEN2_64;
    try (CausalLm model = QuantisedModels.load(folder, config, DType.FLOAT32, WeightFormat.INT8);
        CausalLm again = load(WeightFormat.INT8);
        CausalLm other = load(WeightFormat.NF4);
        CausalLm plain = load(WeightFormat.PLAIN)) {
      assertThat(again.weightsFingerprint()).isEqualTo(model.weightsFingerprint());
      assertThat(
              Stream.of(model, other, plain).map(CausalLm::weightsFingerprint).distinct().count())
          .isEqualTo(3);
    }
  }

  private CausalLm load(WeightFormat format) {
    return CausalLm.load(folder.resolve("model"), DType.FLOAT32, "cpu", format);
  }

  @Test
  void whatIsQuantisedIsNotTrained() throws IOException {
    String config = RandomModels.QWEN2_64;
    try (CausalLm model = QuantisedModels.load(folder, config, DType.FLOAT32, WeightFormat.INT8);
        TrainableTensors trained =
            new TrainableTensors(
                TrainableWeights.all(model.architecture()), DType.FLOAT32, model.scope())) {
      assertThatThrownBy(() -> TrainableWeights.copyFrom(model, trained))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("layers.0.self_attn")
          .hasMessageContaining("held in int8 and cannot be trained");
    }
  }

  @Test
  void nf4NamesTheMatrixThatItDoesNotTake() {
    assertThatThrownBy(
            () -> QuantisedModels.load(folder, RandomModels.LLAMA, DType.FLOAT32, WeightFormat.NF4))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("model.layers.0.self_attn")
        .hasMessageContaining("multiple of 64 columns");
  }
}
