package org.tune4j.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.LossScaler;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.TrainedAdapter;
import org.tune4j.rlhf.TinyPolicy;
import org.tune4j.rlhf.ToyTask;
import org.tune4j.rlhf.rollout.ResponseScorer;

/** Runs in which something goes wrong, or was asked for wrongly. */
class PpoFaultsTest {
  @TempDir Path folder;

  private Path tokenizer;

  @BeforeEach
  void writeTokenizer() throws IOException {
    tokenizer = ByteTokenizer.write(folder, false);
  }

  private static TrainConfig.Builder training() {
    return TrainConfig.builder()
        .learningRate(1e-3)
        .lrSchedulerType(Schedule.Type.CONSTANT)
        .perDeviceTrainBatchSize(4)
        .gradientAccumulationSteps(2)
        .numTrainEpochs(3)
        .seed(11);
  }

  private static PpoConfig.Builder ppo() {
    return PpoConfig.builder().responseLength(6).temperature(1);
  }

  private List<Map<String, Double>> train(
      DType dtype, PolicyFactory policy, TrainConfig config, PpoConfig ppo, ResponseScorer scorer) {
    ToyTask.Told told = new ToyTask.Told();
    try (Tokenizer bytes = Tokenizer.load(tokenizer);
        CausalLm base = TinyPolicy.base(dtype)) {
      new PpoTrainer(base, bytes, policy, config, ppo)
          .data(DataConfig.builder().maxLength(64).build())
          .listener(told)
          .train(ToyTask.prompts(), scorer, folder.resolve("run"))
          .close();
    }
    return told.metrics;
  }

  private List<Map<String, Double>> train(PpoConfig ppo, ResponseScorer scorer) {
    return train(DType.FLOAT32, TinyPolicy::create, training().build(), ppo, scorer);
  }

  @Test
  void stepsThatOverflowEndNoRunAndAreInNoFigure() {
    // Three steps of the first update are passed over while the scale comes down.
    TrainConfig config =
        training().lossScaler(new LossScaler.Settings(0x1p45f, 2, 0x1p-11f, 2000)).build();
    List<Map<String, Double>> told =
        train(DType.FLOAT16, TinyPolicy::create, config, ppo().build(), ToyTask.LETTERS);
    assertThat(told).hasSize(3);
    for (Map<String, Double> update : told) {
      update.forEach(
          (name, value) -> {
            if (!name.equals("gradient/noise_scale")) {
              assertThat(value).as(name).isFinite();
            }
          });
    }
    assertThat(told.get(0)).containsEntry("policy/clipfrac_avg", 0.0);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void responsesWithoutAScoreAreLeftOut(double none) {
    ResponseScorer choosy =
        (prompts, responses) -> {
          double[] scores = ToyTask.LETTERS.score(prompts, responses);
          scores[3] = none;
          return scores;
        };
    assertThat(train(ppo().useScoreScaling(true).build(), choosy))
        .hasSize(3)
        .allSatisfy(
            told -> {
              assertThat(told).containsEntry("rollout/dropped", 1.0);
              assertThat(told.get("loss/policy_avg")).isFinite();
            });
  }

  @Test
  void scorerThatGivesAnotherNumberOfScoresIsRefused() {
    for (int more : new int[] {-1, 1}) {
      ResponseScorer wrong = (prompts, responses) -> new double[responses.size() + more];
      assertThatThrownBy(() -> train(ppo().build(), wrong))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("gave %d scores of 8 responses".formatted(8 + more));
    }
    assertThatThrownBy(() -> train(ppo().build(), (prompts, responses) -> null))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("gave no scores of 8");
  }

  @Test
  void penaltyIsToldApartFromScoresThatAreScaled() {
    ResponseScorer large =
        (prompts, responses) ->
            Arrays.stream(ToyTask.LETTERS.score(prompts, responses)).map(x -> 1000 * x).toArray();
    assertThat(train(ppo().klCoef(0).useScoreScaling(true).build(), large))
        .allSatisfy(told -> assertThat(told.get("objective/non_score_reward")).isZero());
  }

  @Test
  void costOfDivergenceStaysWhileTheCriticLearnsAlone() {
    List<Map<String, Double>> told =
        train(ppo().target(1.0).horizon(50).valueWarmupUpdates(1).build(), ToyTask.LETTERS);
    assertThat(told.get(0)).containsEntry("objective/kl_coef", 0.05);
    assertThat(told.get(1)).containsEntry("objective/kl_coef", 0.05);
    assertThat(told.get(2).get("objective/kl_coef")).isLessThan(0.05);
  }

  @Test
  void policyThatBeginsElsewhereNeedsAReference() {
    PolicyFactory moved =
        (base, seed, besides) -> {
          TinyPolicy policy = TinyPolicy.create(base, seed, besides);
          TensorSlot first = policy.weights().all().get(0).slot();
          try (TensorScope work = policy.model().workScope()) {
            float[] values = policy.weights().values(first);
            for (int i = 0; i < values.length; i++) {
              values[i] *= 1.1f;
            }
            policy.weights().set(first, work.floats(values, first.sizes()));
          }
          return policy;
        };
    assertThatThrownBy(
            () -> train(DType.FLOAT32, moved, training().build(), ppo().build(), ToyTask.LETTERS))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "reference: before the first update the policy differs from the base");
  }

  /** A policy with a say in how it is trained. */
  private record Having(TinyPolicy policy, List<String> asked) implements TrainedAdapter {
    @Override
    public BoundModel model() {
      return policy.model();
    }

    @Override
    public TrainableTensors weights() {
      return policy.weights();
    }

    @Override
    public Objective objective(Objective plain) {
      asked.add("objective");
      return plain;
    }

    @Override
    public Optimizer optimizer(Optimizer plain, TensorScope parent) {
      asked.add("optimizer");
      return plain;
    }

    @Override
    public void writeTo(NewFolder into, String basePath) throws IOException {
      policy.writeTo(into, basePath);
    }

    @Override
    public void close() {
      policy.close();
    }
  }

  @Test
  void policyHasItsSayInLossAndUpdates() {
    List<String> asked = new ArrayList<>();
    PolicyFactory having =
        (base, seed, besides) -> new Having(TinyPolicy.create(base, seed, besides), asked);
    train(DType.FLOAT32, having, training().build(), ppo().build(), ToyTask.LETTERS);
    assertThat(asked).containsExactlyInAnyOrder("objective", "optimizer");
    asked.clear();
    try (CausalLm base = TinyPolicy.base(DType.FLOAT32);
        PpoSteps steps = new PpoSteps(base, having, training().build(), ppo().build())) {
      assertThat(steps.policy()).isNotNull();
    }
    assertThat(asked).containsExactlyInAnyOrder("objective", "optimizer");
  }

  @ParameterizedTest
  @CsvSource({
    "max_steps",
    "label_smoothing_factor",
    "neftune_noise_alpha",
    "router_aux_loss_coef",
    "loss_chunk_size"
  })
  void whatIsOfLearningFromLabelsIsRefused(String name) {
    Map<String, Function<TrainConfig.Builder, TrainConfig.Builder>> all =
        Map.of(
            "max_steps", train -> train.maxSteps(3),
            "label_smoothing_factor", train -> train.labelSmoothingFactor(0.1),
            "neftune_noise_alpha", train -> train.neftuneNoiseAlpha(5),
            "router_aux_loss_coef", train -> train.routerAuxLossCoef(0.01),
            "loss_chunk_size", train -> train.lossChunkSize(8));
    TrainConfig config = all.get(name).apply(training()).build();
    assertThatThrownBy(
            () -> train(DType.FLOAT32, TinyPolicy::create, config, ppo().build(), ToyTask.LETTERS))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(name);
  }

  @Test
  void stepByHandWhoseNumbersAreNotFiniteIsTold() {
    try (CausalLm base = TinyPolicy.base(DType.FLOAT32);
        PpoSteps steps =
            new PpoSteps(
                base,
                TinyPolicy::create,
                training().perDeviceTrainBatchSize(1).build(),
                ppo().build())) {
      List<int[]> queries = List.of(new int[] {1, 2}, new int[] {3});
      List<int[]> responses = List.of(new int[] {5, 5}, new int[] {9, 257});
      boolean[] ended = {false, true};
      assertThat(steps.step(queries, responses, ended, new double[] {1, 0}))
          .doesNotContainKey("rollout/sampler_gap")
          .containsKey("loss/policy_avg");
      assertThatThrownBy(() -> steps.step(queries, responses, ended, new double[] {1e300, -1e300}))
          .isInstanceOf(NumericalException.class)
          .hasMessageContaining("nothing was learned");
    }
  }
}
