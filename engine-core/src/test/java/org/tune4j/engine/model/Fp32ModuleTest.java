package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.adapt.TrainedStorage.Gradients;
import org.tune4j.engine.adapt.TrainedStorage.Masters;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.RunIdentity;

/** Parts of a model in fp32 while the rest computes in fewer bits. */
class Fp32ModuleTest {
  private static final int VOCABULARY = 97;
  private static final Batch BATCH = batch();

  private static Batch batch() {
    Random random = new Random(3);
    int[] first = random.ints(19, 0, VOCABULARY).toArray();
    int[] second = random.ints(8, 0, VOCABULARY).toArray();
    return Batch.of(
        List.of(
            new EncodedExample(0, "first", first, first),
            new EncodedExample(1, "second", second, second)));
  }

  private static CausalLm model(String config, DType dtype, Fp32Module... inFp32) {
    return RandomModels.create(RandomModels.describe(config).with(Set.of(inFp32)), dtype, 5);
  }

  private static double[] numbers(Tensor tensor) {
    try (TensorScope work = TensorScope.open()) {
      return TensorOps.cast(work, tensor, DType.FLOAT64).toDoubles();
    }
  }

  /** Vectors after the final norm, and scores of all tokens. */
  private record Pass(double[] hidden, double[] scores) {
    static Pass of(CausalLm model) {
      try (BoundModel bound = new BoundModel(model, null, null);
          TensorScope work = TensorScope.open()) {
        Tensor hidden = bound.hidden(bound.upload(BATCH, work), work);
        Tensor rows = work.longs(IntStream.range(0, BATCH.tokens()).toArray());
        return new Pass(numbers(hidden), numbers(bound.output().logits(hidden, rows, work)));
      }
    }
  }

  private static double distance(double[] a, double[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> Math.abs(a[i] - b[i])).sum() / a.length;
  }

  /** Each score is the product of a vector as it is with a row of the exact matrix. */
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"BFLOAT16", "FLOAT16"})
  void aHeadInFp32RoundsNothing(DType dtype) {
    for (String config : List.of(RandomModels.LLAMA, RandomModels.QWEN2)) {
      try (CausalLm exact = model(config, DType.FLOAT32);
          CausalLm plain = model(config, dtype);
          CausalLm half = model(config, dtype, Fp32Module.HEAD)) {
        double[] matrix = numbers(exact.weight(exact.architecture().headGroup().weight()));
        assertThat(furthest(Pass.of(half), matrix)).isLessThan(2e-6);
        assertThat(furthest(Pass.of(plain), matrix)).isGreaterThan(2e-4);
      }
    }
  }

  private static double furthest(Pass pass, double[] matrix) {
    int size = matrix.length / VOCABULARY;
    double furthest = 0;
    for (int t = 0; t < BATCH.tokens(); t++) {
      for (int word = 0; word < VOCABULARY; word++) {
        double sum = 0;
        for (int i = 0; i < size; i++) {
          sum += pass.hidden()[t * size + i] * matrix[word * size + i];
        }
        furthest = Math.max(furthest, Math.abs(sum - pass.scores()[t * VOCABULARY + word]));
      }
    }
    return furthest;
  }

  /** Routers whose rows differ by less than bf16 can tell: in it all experts are equally good. */
  @Test
  void aRouterInFp32ChoosesTheExpertsOfFp32() {
    try (CausalLm exact = model(RandomModels.QWEN2_MOE, DType.FLOAT32);
        CausalLm plain = model(RandomModels.QWEN2_MOE, DType.BFLOAT16);
        CausalLm half = model(RandomModels.QWEN2_MOE, DType.BFLOAT16, Fp32Module.ROUTER)) {
      for (CausalLm model : List.of(exact, plain, half)) {
        model.architecture().blocks().stream()
            .filter(block -> block.feedForward() instanceof ExpertFeedForward)
            .map(block -> ((ExpertFeedForward) block.feedForward()).router())
            .forEach(router -> fillAlmostAlike(model.weight(router)));
      }
      double[] wanted = Pass.of(exact).scores();
      double without = distance(Pass.of(plain).scores(), wanted);
      assertThat(distance(Pass.of(half).scores(), wanted)).isLessThan(without / 2);
    }
  }

  private static void fillAlmostAlike(Tensor router) {
    Random random = new Random(17);
    TensorOps.fill(
        router,
        DType.FLOAT32,
        (offset, into) -> {
          into.order(ByteOrder.nativeOrder());
          while (into.hasRemaining()) {
            into.putFloat(1 + 0x1p-10f * (float) random.nextGaussian());
          }
        });
  }

  @Test
  void normsInFp32BringTheResultNearerToFp32() {
    for (String config : List.of(RandomModels.LLAMA, RandomModels.GPT2, RandomModels.GEMMA2)) {
      try (CausalLm exact = model(config, DType.FLOAT32);
          CausalLm plain = model(config, DType.BFLOAT16);
          CausalLm half = model(config, DType.BFLOAT16, Fp32Module.NORM)) {
        double[] wanted = Pass.of(exact).hidden();
        assertThat(distance(Pass.of(half).hidden(), wanted))
            .as(config)
            .isLessThan(distance(Pass.of(plain).hidden(), wanted));
      }
    }
  }

  @Test
  void whatAModelLacksIsRefusedWithWhatItHas() {
    assertThatThrownBy(() -> model(RandomModels.LLAMA, DType.BFLOAT16, Fp32Module.ROUTER))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("fp32_modules: a llama has no router; it has [norm, head]");
  }

  static List<String> configs() {
    return List.of(
        RandomModels.LLAMA,
        RandomModels.QWEN2,
        RandomModels.GPT2,
        RandomModels.GEMMA2,
        RandomModels.QWEN2_MOE,
        RandomModels.DEEPSEEK_V3);
  }

  private static Fp32Module[] all(String config) {
    boolean routes = RandomModels.SPARSE.contains(config);
    return (routes ? EnumSet.allOf(Fp32Module.class) : EnumSet.of(Fp32Module.NORM, Fp32Module.HEAD))
        .toArray(Fp32Module[]::new);
  }

  /** In fp64 everything is exact already. */
  @ParameterizedTest
  @MethodSource("configs")
  void inFp64NothingChanges(String config) {
    assertThat(gradients(config, DType.FLOAT64, all(config)))
        .isEqualTo(gradients(config, DType.FLOAT64));
  }

  @ParameterizedTest
  @MethodSource("configs")
  void gradientsAreThoseOfFp32ButForRounding(String config) {
    double[] wanted = gradients(config, DType.FLOAT32);
    double[] found = gradients(config, DType.FLOAT16, all(config));
    double norm = Math.sqrt(Arrays.stream(wanted).map(g -> g * g).sum());
    double difference =
        Math.sqrt(
            IntStream.range(0, wanted.length)
                .mapToDouble(i -> (found[i] - wanted[i]) * (found[i] - wanted[i]))
                .sum());
    assertThat(difference / norm).isLessThan(RandomModels.SPARSE.contains(config) ? 0.05 : 0.005);
  }

  private static double[] gradients(String config, DType dtype, Fp32Module... inFp32) {
    try (CausalLm model = model(config, dtype, inFp32);
        TrainableTensors trained =
            new TrainableTensors(
                TrainableWeights.all(model.architecture()), model, model.scope())) {
      TrainableWeights.copyFrom(model, trained);
      for (TensorSlot slot : model.architecture().exact()) {
        if (trained.contains(slot)) {
          assertThat(trained.compute(slot)).isSameAs(trained.master(slot));
        }
      }
      try (BoundModel bound = new BoundModel(model, null, trained);
          TensorScope work = TensorScope.open()) {
        new CausalLmObjective()
            .lossAndGradients(
                bound,
                bound.upload(BATCH, work),
                256.0 / BATCH.labelCount(),
                Recompute.BLOCKS,
                null);
        return Arrays.stream(numbers(trained.flatGradient())).map(g -> g / 256).toArray();
      }
    }
  }

  /** The matrix that the head shares with the embedding takes twice the room. */
  @Test
  void itsBytesAreCounted() {
    Architecture plain = RandomModels.describe(RandomModels.LLAMA);
    Architecture half = plain.with(Set.of(Fp32Module.HEAD));
    long more =
        WeightFormat.PLAIN.bytes(half, DType.BFLOAT16)
            - WeightFormat.PLAIN.bytes(plain, DType.BFLOAT16);
    assertThat(more).isEqualTo(2L * VOCABULARY * 32);
  }

  @Test
  void mastersThatAreSplitAreNotOfWeightsInFp32() {
    TrainedStorage split = new TrainedStorage(Masters.SPLIT, Gradients.FP32);
    try (CausalLm half = model(RandomModels.LLAMA, DType.BFLOAT16, Fp32Module.NORM)) {
      List<Trainable> all = TrainableWeights.all(half.architecture());
      assertThatThrownBy(() -> new TrainableTensors(all, half, split, half.scope()))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("master_weights = split: does not go with fp32_modules");
      List<Trainable> embedding =
          TrainableWeights.of(half.architecture(), List.of(half.architecture().embeddingSlot()));
      new TrainableTensors(embedding, half, split, half.scope()).close();
    }
  }

  @Test
  void aRunKnowsIt() {
    try (CausalLm half = model(RandomModels.LLAMA, DType.BFLOAT16, Fp32Module.HEAD)) {
      assertThat(RunIdentity.of(half).fields())
          .containsEntry("precision", "BFLOAT16, in FLOAT32 [HEAD]");
    }
  }

  /** BERT's norms divide by sqrt(variance + 1e-12): in fp16 that is 0. */
  @Test
  void aVectorOfEqualNumbersIsNormalisedInFp16() {
    String config =
        RandomModels.GPT2.replace(
            "\"eos_token_id\"", "\"layer_norm_epsilon\":1e-12,\"eos_token_id\"");
    try (CausalLm model = model(config, DType.FLOAT16);
        TrainableTensors trained =
            new TrainableTensors(
                TrainableWeights.all(model.architecture()), model, model.scope())) {
      try (BoundModel bound = new BoundModel(model, null, trained);
          TensorScope work = TensorScope.open()) {
        // All weights are zero, and so is what the first norm reads.
        new CausalLmObjective()
            .lossAndGradients(bound, bound.upload(BATCH, work), 1, Recompute.NONE, null);
        assertThat(TensorOps.isFinite(trained.flatGradient())).isTrue();
      }
    }
  }
}
