package org.tune4j.rlhf.grpo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.ResumeContract;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.TinyPolicy;
import org.tune4j.rlhf.ToyTask;
import org.tune4j.rlhf.loss.RatioLevel;
import org.tune4j.rlhf.rollout.ResponseScorer;

/** Whole runs of a tiny policy that speaks bytes. */
class GrpoTrainerTest {
  @TempDir Path folder;
  private Path tokenizer;

  @BeforeEach
  void writeTokenizer() throws IOException {
    tokenizer = ByteTokenizer.write(folder, false);
  }

  private static TrainConfig.Builder training() {
    return TrainConfig.builder()
        .learningRate(3e-3)
        .lrSchedulerType(Schedule.Type.CONSTANT)
        .perDeviceTrainBatchSize(4)
        .gradientAccumulationSteps(2)
        .seed(11);
  }

  private static GrpoConfig.Builder grpo() {
    return GrpoConfig.builder().maxCompletionLength(8).numGenerations(4).stepsPerGeneration(4);
  }

  private ToyTask.Told train(TrainConfig config, CriticFreeConfig method, ResponseScorer scorer) {
    ToyTask.Told told = new ToyTask.Told();
    try (Tokenizer bytes = Tokenizer.load(tokenizer);
        CausalLm base = TinyPolicy.base(DType.FLOAT32)) {
      new GrpoTrainer(base, bytes, TinyPolicy::create, config, method)
          .data(DataConfig.builder().maxLength(64).build())
          .listener(told)
          .train(ToyTask.prompts(), scorer, folder.resolve("run"))
          .close();
    }
    return told;
  }

  static Stream<CriticFreeConfig> methods() {
    return Stream.of(
        grpo().beta(0.01).entropyCoef(0.001).build(),
        grpo().lossType(LossType.GRPO).importanceSamplingLevel(RatioLevel.SEQUENCE).build(),
        grpo().lossType(LossType.VESPO).build(),
        grpo().lossType(LossType.CISPO).epsilonHigh(5.0).numIterations(2).build(),
        RlooConfig.builder()
            .maxCompletionLength(8)
            .numGenerations(4)
            .stepsPerGeneration(4)
            .beta(0.01)
            .build(),
        ReinforceConfig.builder().maxCompletionLength(8).stepsPerGeneration(4).build(),
        ReinforceConfig.builder()
            .maxCompletionLength(8)
            .stepsPerGeneration(4)
            .baseline(ReinforceConfig.Baseline.GREEDY)
            .normalizeAdvantages(false)
            .build());
  }

  @ParameterizedTest
  @MethodSource("methods")
  void policyLearnsToSayWhatScoresMore(CriticFreeConfig method) {
    int updates = 30;
    double asked = 16.0 / method.generation().numGenerations();
    ToyTask.Told told =
        train(training().numTrainEpochs(updates * asked / 8).build(), method, ToyTask.LETTERS);
    assertThat(told.means).hasSize(updates);
    double before = told.means.subList(0, 3).stream().mapToDouble(x -> x).average().orElseThrow();
    double after =
        told.means.subList(updates - 5, updates).stream()
            .mapToDouble(x -> x)
            .average()
            .orElseThrow();
    assertThat(after).isGreaterThan(1.5 * before);
    assertThat(told.metrics).hasSize(updates);
    assertThat(told.metrics.get(0).get("rollout/sampler_gap")).isLessThan(1e-4);
    assertThat(told.metrics.get(0)).containsKeys("reward", "reward_std", "entropy", "ratio");
  }

  @Test
  void everyPromptIsAnsweredByAGroup() {
    ToyTask.Told told =
        train(training().numTrainEpochs(0.5).build(), grpo().build(), ToyTask.LETTERS);
    List<String> asked = told.rollouts.get(0).stream().map(each -> each.prompt().text()).toList();
    assertThat(asked).hasSize(16);
    for (int i = 0; i < asked.size(); i++) {
      assertThat(asked.get(i)).isEqualTo(asked.get(i - i % 4));
    }
    assertThat(asked.stream().distinct()).hasSize(4);
    assertThat(told.metrics.get(0))
        .containsEntry("completions/max_length", 8.0)
        .doesNotContainKey("kl");
  }

  @Test
  void stepsThatAreOrderedMayEndARunInTheMiddleOfAnUpdate() {
    ToyTask.Told told = train(training().maxSteps(3).build(), grpo().build(), ToyTask.LETTERS);
    assertThat(told.steps).isEqualTo(3);
    assertThat(told.rollouts).hasSize(2);
    assertThat(told.metrics).hasSize(2);
  }

  @Test
  void resumesInTheMiddleOfAnUpdateToTheLastByte() throws IOException {
    // An update has two passes of two steps, and asks half of the prompts.
    TrainConfig config = training().numTrainEpochs(ResumeContract.STEPS / 8.0).saveSteps(1).build();
    GrpoConfig method = grpo().numIterations(2).beta(0.02).maskTruncatedCompletions(true).build();
    try (Tokenizer bytes = Tokenizer.load(tokenizer);
        CausalLm base = TinyPolicy.base(DType.FLOAT32)) {
      ResumeContract.check(
          folder.resolve("runs"),
          (run, stopAfter) -> {
            GrpoTrainer trainer =
                new GrpoTrainer(base, bytes, TinyPolicy::create, config, method)
                    .data(DataConfig.builder().maxLength(64).build())
                    .resume(true);
            trainer
                .listener(new StopAfter(stopAfter, trainer::cancel))
                .train(ToyTask.prompts(), ToyTask.LETTERS, run)
                .close();
          });
    }
  }

  @Test
  void answersWithoutAScoreTeachNothing() {
    ResponseScorer choosy =
        (prompts, responses) -> {
          double[] scores = ToyTask.LETTERS.score(prompts, responses);
          scores[3] = Double.NaN;
          return scores;
        };
    ToyTask.Told told = train(training().numTrainEpochs(1).build(), grpo().build(), choosy);
    assertThat(told.metrics).allSatisfy(m -> assertThat(m).containsEntry("rollout/dropped", 1.0));
    ResponseScorer none =
        (prompts, responses) -> {
          double[] scores = new double[responses.size()];
          Arrays.fill(scores, Double.NaN);
          return scores;
        };
    assertThatThrownBy(
            () -> {
              try (Tokenizer bytes = Tokenizer.load(tokenizer);
                  CausalLm base = TinyPolicy.base(DType.FLOAT32)) {
                new GrpoTrainer(base, bytes, TinyPolicy::create, training().build(), grpo().build())
                    .data(DataConfig.builder().maxLength(64).build())
                    .train(ToyTask.prompts(), none, folder.resolve("none"));
              }
            })
        .isInstanceOf(NumericalException.class)
        .hasMessageContaining("none of 16 responses");
  }

  @Test
  void nothingIsLearnedWhereAllAnswersScoreTheSame() {
    ResponseScorer same = (prompts, responses) -> new double[responses.size()];
    ToyTask.Told told = train(training().numTrainEpochs(1).build(), grpo().build(), same);
    assertThat(told.metrics)
        .allSatisfy(
            m ->
                assertThat(m)
                    .containsEntry("frac_reward_zero_std", 1.0)
                    .containsEntry("ratio", 1.0));
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(
            () -> train(training().build(), grpo().numGenerations(5).build(), ToyTask.LETTERS))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("num_generations")
        .hasMessageContaining("16");
    assertThatThrownBy(
            () -> train(training().build(), grpo().stepsPerGeneration(3).build(), ToyTask.LETTERS))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("steps_per_generation");
    for (GrpoConfig.Builder wrong :
        List.of(
            grpo().lossType(LossType.CISPO),
            grpo().lossType(LossType.SAPO).delta(2.0),
            grpo().temperature(0.5).importanceSamplingMode(SamplerCorrection.Mode.TOKEN_MASK),
            grpo().importanceSamplingClipMin(4.0),
            grpo().lossType(LossType.VESPO).importanceSamplingLevel(RatioLevel.SEQUENCE))) {
      assertThatThrownBy(wrong::build).isInstanceOf(ConfigException.class);
    }
  }

  @Test
  void samplersThatAreNotThePolicyAreWeighed() {
    double[] policy = {-1, -2, -1};
    double[] sampled = {-1, -4, -0.5};
    assertThat(weights(SamplerCorrection.Mode.TOKEN_TRUNCATE, policy, sampled))
        .containsExactly(1, 3, Math.exp(-0.5));
    assertThat(weights(SamplerCorrection.Mode.TOKEN_MASK, policy, sampled))
        .containsExactly(1, 0, Math.exp(-0.5));
    assertThat(weights(SamplerCorrection.Mode.SEQUENCE_TRUNCATE, policy, sampled)).containsOnly(3);
    assertThat(weights(SamplerCorrection.Mode.SEQUENCE_MASK, policy, sampled)).containsOnly(0);
    assertThat(weights(SamplerCorrection.Mode.NONE, policy, sampled)).containsOnly(1);
  }

  private static double[] weights(SamplerCorrection.Mode mode, double[] policy, double[] sampled) {
    return new SamplerCorrection(mode, 3, 0).weights(policy, sampled);
  }
}
