package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** The gradient of inputs against differences of the loss, in fp64, on a model of each family. */
class InputShiftTest {
  private static final double STEP = 1e-6;

  /** A table of segments, and a norm behind the sum of three tables. */
  private static final String BERT =
      """
      {"model_type":"bert","vocab_size":97,"hidden_size":32,"intermediate_size":48,
       "num_hidden_layers":2,"num_attention_heads":4,"max_position_embeddings":128,
       "type_vocab_size":2}
      """;

  static Stream<String> models() {
    return Stream.of(RandomModels.DENSE, RandomModels.SPARSE, List.of(BERT)).flatMap(List::stream);
  }

  /** Tokens that the output layer can say, which is two of BERT. */
  private static Batch batch(BoundModel model) {
    int known = model.architecture().head().out().outputs();
    Random random = new Random(3);
    List<EncodedExample> examples = new ArrayList<>();
    for (int length : new int[] {7, 5, 2}) {
      int[] ids = random.ints(length, 0, known).toArray();
      examples.add(new EncodedExample(length, "row", ids, ids.clone()));
    }
    return Batch.of(examples);
  }

  /** Loss of a shift, its gradient and the vectors that swaps are judged by. */
  private record Pass(double loss, double[] gradient, double[] products) {
    static Pass of(BoundModel model, double[] shift, Recompute recompute) {
      try (TensorScope work = model.workScope()) {
        BatchTensors batch = model.upload(batch(model), work);
        InputShift inputs = InputShift.zeros(batch, model, work);
        TensorOps.copy(inputs.values(), work.doubles(shift, inputs.values().shape()));
        double loss =
            new CausalLmObjective()
                .lossAndGradients(model, batch.shifted(inputs), 1, recompute, null)
                .sum();
        assertThat(new CausalLmObjective().loss(model, batch.shifted(inputs)).sum())
            .isCloseTo(loss, within(1e-9));
        Tensor products =
            model.swapProducts(
                inputs.gradient(),
                work.longs(new int[] {0, 9}),
                work.longs(new int[] {96, 0, 5}),
                work);
        return new Pass(loss, inputs.gradient().toDoubles(), products.toDoubles());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void gradientIsWhatTheLossChangesBy(String config) {
    try (CausalLm model = RandomModels.create(config, DType.FLOAT64, 7);
        BoundModel bound = new BoundModel(model, null, null)) {
      check(bound);
    }
  }

  @Test
  void whatIsTrainedChangesNothing() {
    try (CausalLm model = RandomModels.create(RandomModels.GEMMA2, DType.FLOAT64, 7);
        TrainableTensors trained =
            new TrainableTensors(
                TrainableWeights.all(model.architecture()), DType.FLOAT64, model.scope());
        BoundModel bound = new BoundModel(model, null, trained)) {
      TrainableWeights.copyFrom(model, trained);
      check(bound);
    }
  }

  private static void check(BoundModel model) {
    Batch batch = batch(model);
    int hidden = model.architecture().hiddenSize();
    double[] at = gaussian(batch.tokens() * hidden, 0.1, new Random(1));
    Pass pass = Pass.of(model, at, Recompute.NONE);
    for (Recompute other : Recompute.values()) {
      assertThat(Pass.of(model, at, other).gradient())
          .containsExactly(pass.gradient(), within(1e-12));
    }
    for (int token = 0; token < batch.tokens(); token++) {
      double[] direction = new double[at.length];
      double[] part = gaussian(hidden, 1, new Random(token));
      System.arraycopy(part, 0, direction, token * hidden, hidden);
      double wanted = dot(direction, pass.gradient());
      double up = Pass.of(model, moved(at, direction, STEP), Recompute.NONE).loss();
      double down = Pass.of(model, moved(at, direction, -STEP), Recompute.NONE).loss();
      assertThat((up - down) / (2 * STEP))
          .as("token %d", token)
          .isCloseTo(wanted, within(1e-6 + 1e-6 * Math.abs(wanted)));
    }
    double[] table = model.base().weight(model.architecture().embeddingSlot()).toDoubles();
    int[] rows = {0, 9};
    int[] candidates = {96, 0, 5};
    double[] products =
        Arrays.stream(rows)
            .boxed()
            .flatMapToDouble(
                row ->
                    Arrays.stream(candidates)
                        .mapToDouble(
                            id ->
                                IntStream.range(0, hidden)
                                    .mapToDouble(
                                        d ->
                                            pass.gradient()[row * hidden + d]
                                                * table[id * hidden + d])
                                    .sum()))
            .toArray();
    assertThat(pass.products()).containsExactly(products, within(1e-10));
  }

  @Test
  void aShiftHasTheShapeOfTheTokens() {
    try (CausalLm model = RandomModels.create(RandomModels.QWEN2, DType.FLOAT32, 7);
        BoundModel bound = new BoundModel(model, null, null);
        TensorScope work = bound.workScope()) {
      BatchTensors batch = bound.upload(batch(bound), work);
      Tensor small = TensorOps.zeros(work, DType.FLOAT32, 3, 32);
      Tensor ids = work.longs(new int[] {1, 2});
      assertThatThrownBy(() -> batch.shifted(new InputShift(small, small)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[14, 32]");
      assertThatThrownBy(() -> bound.swapProducts(ids, ids, ids, work))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[N, 32]");
      assertThatThrownBy(() -> InputShift.constant(ids, work))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("[N, hidden]");
      assertThatThrownBy(() -> new InputShift(ids, ids))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("fp32");
      assertThatThrownBy(() -> new InputShift(small, TensorOps.zeros(work, DType.FLOAT32, 2, 32)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /** No block is kept for it, and what is trained gets the same gradient. */
  @Test
  void aShiftWhoseGradientNobodyWantsCostsNothing() {
    try (CausalLm model = RandomModels.create(RandomModels.QWEN2, DType.FLOAT64, 7);
        TrainableTensors trained =
            new TrainableTensors(
                TrainableWeights.of(
                    model.architecture(), model.architecture().finalNorm().orElseThrow().slots()),
                DType.FLOAT64,
                model.scope());
        BoundModel bound = new BoundModel(model, null, trained);
        TensorScope work = bound.workScope()) {
      TrainableWeights.copyFrom(model, trained);
      BatchTensors batch = bound.upload(batch(bound), work);
      InputShift wanted = InputShift.zeros(batch, bound, work);
      InputShift constant = InputShift.constant(wanted.values(), work);
      kept(bound, batch); // The first pass makes what the model keeps for all.
      long plain = kept(bound, batch);
      long shifted = kept(bound, batch.shifted(constant));
      assertThat(shifted).isBetween(plain, plain + 2); // The shift itself.
      assertThat(kept(bound, batch.shifted(wanted))).isGreaterThan(shifted);
      double[][] gradients = new double[2][];
      for (InputShift shift : List.of(wanted, constant)) {
        TensorOps.copy(
            trained.flatGradient(),
            TensorOps.zeros(work, DType.FLOAT64, trained.flatGradient().shape()));
        new CausalLmObjective()
            .lossAndGradients(bound, batch.shifted(shift), 1, Recompute.NONE, null);
        gradients[shift == wanted ? 0 : 1] = trained.flatGradient().toDoubles();
      }
      assertThat(gradients[1]).isEqualTo(gradients[0]);
    }
  }

  private static long kept(BoundModel model, BatchTensors batch) {
    try (TensorScope work = model.workScope()) {
      long before = TensorScope.openHandles();
      model.forward(batch, Recompute.NONE, null, work);
      return TensorScope.openHandles() - before;
    }
  }

  private static double[] gaussian(int n, double scale, Random random) {
    return random.doubles(n).map(unused -> scale * random.nextGaussian()).toArray();
  }

  private static double[] moved(double[] from, double[] direction, double step) {
    double[] moved = from.clone();
    Arrays.setAll(moved, i -> from[i] + step * direction[i]);
    return moved;
  }

  private static double dot(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
  }
}
