package org.tune4j.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Side;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.TinyPolicy;
import org.tune4j.rlhf.policy.ValueHead;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.rlhf.rollout.ResponseScorer;

/** What runs write and ask for, and how they are divided. */
class PpoRunFilesTest {
  private static final ResponseScorer LENGTH =
      (prompts, responses) -> responses.stream().mapToDouble(String::length).toArray();

  private static final DataConfig DATA = DataConfig.builder().maxLength(64).build();

  @TempDir Path folder;

  private Path tokenizer;

  @BeforeEach
  void writeTokenizer() throws IOException {
    tokenizer = ByteTokenizer.write(folder, false);
  }

  private static ExampleSource prompts() {
    return ExampleSource.of(
        List.of(
            Map.of("prompt", "one"),
            Map.of("prompt", "two"),
            Map.of("prompt", "three"),
            Map.of("prompt", "four")),
        "prompts");
  }

  private static TrainConfig.Builder training() {
    return TrainConfig.builder()
        .learningRate(1e-3)
        .lrSchedulerType(Schedule.Type.CONSTANT)
        .perDeviceTrainBatchSize(4)
        .numTrainEpochs(2)
        .seed(3);
  }

  private static PpoConfig.Builder ppo() {
    return PpoConfig.builder().responseLength(6).temperature(1).numPpoEpochs(2);
  }

  private List<Map<String, Double>> train(
      String name,
      DType dtype,
      TrainConfig config,
      PpoConfig ppo,
      UnaryOperator<PpoTrainer> order) {
    List<Map<String, Double>> told = new ArrayList<>();
    try (Tokenizer bytes = Tokenizer.load(tokenizer);
        CausalLm base = TinyPolicy.base(dtype)) {
      PpoTrainer trainer =
          new PpoTrainer(base, bytes, TinyPolicy::create, config, ppo)
              .data(DATA)
              .listener(
                  new RunListener() {
                    @Override
                    public void onMetrics(long step, Map<String, Double> values) {
                      told.add(values);
                    }
                  });
      order.apply(trainer).train(prompts(), LENGTH, folder.resolve(name)).close();
    }
    return told;
  }

  @Test
  void valueHeadLiesBesideThePolicyAndInCheckpoints() {
    train("run", DType.FLOAT32, training().saveSteps(4).build(), ppo().build(), x -> x);
    Path run = folder.resolve("run");
    for (Path file :
        List.of(
            run.resolve("policy").resolve(ValueHead.FILE),
            run.resolve("checkpoint-4").resolve(ValueHead.FILE))) {
      try (SafetensorsFile stored = SafetensorsFile.open(file)) {
        assertThat(stored.tensors())
            .containsOnlyKeys("v_head.summary.weight", "v_head.summary.bias");
        assertThat(stored.tensors().get("v_head.summary.weight").shape()).hasSize(2).startsWith(1);
        assertThat(stored.tensors().get("v_head.summary.bias").shape()).containsExactly(1);
      }
    }
  }

  @Test
  void runGoesOnOnlyUnderTheSameRewardAndPrompts() {
    TrainConfig config = training().saveSteps(2).build();
    train("run", DType.FLOAT32, config, ppo().build(), x -> x.identity("reward", "length"));
    assertThatThrownBy(
            () ->
                train(
                    "run",
                    DType.FLOAT32,
                    config,
                    ppo().build(),
                    x -> x.identity("reward", "breadth").resume(true)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("reward was length and is now breadth");
  }

  @Test
  void runGoesOnOnlyUnderTheSameReference() {
    TrainConfig config = training().saveSteps(2).build();
    try (CausalLm rounded = TinyPolicy.base(DType.BFLOAT16);
        CausalLm exact = TinyPolicy.base(DType.FLOAT32);
        BoundModel first = new BoundModel(rounded, null, null);
        BoundModel second = new BoundModel(exact, null, null)) {
      train("run", DType.FLOAT32, config, ppo().build(), x -> x.reference(first));
      assertThatThrownBy(
              () ->
                  train(
                      "run",
                      DType.FLOAT32,
                      config,
                      ppo().build(),
                      x -> x.reference(second).resume(true)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("reference was");
    }
  }

  @Test
  void episodesCountResponses() {
    PpoConfig ppo = ppo().totalEpisodes(12L).build();
    assertThat(train("run", DType.FLOAT32, training().build(), ppo, x -> x)).hasSize(3);
  }

  @ParameterizedTest
  @EnumSource(names = {"FLOAT32", "BFLOAT16"})
  void blocksThatAreComputedAgainGiveTheSameRun(DType dtype) {
    List<Map<String, Double>> kept =
        train("kept", dtype, training().build(), ppo().build(), x -> x);
    List<Map<String, Double>> again =
        train(
            "again", dtype, training().recompute(Recompute.BLOCKS).build(), ppo().build(), x -> x);
    assertThat(again).hasSize(2).hasSameSizeAs(kept);
    for (int i = 0; i < kept.size(); i++) {
      Map<String, Double> other = again.get(i);
      kept.get(i)
          .forEach(
              (key, value) -> {
                if (!key.startsWith("time/")) {
                  assertThat(other.get(key)).as(key).isEqualTo(value);
                }
              });
    }
  }

  @Test
  void microBatchesMakeTheSameUpdate() {
    PpoConfig ppo = ppo().build();
    Map<String, Double> whole =
        train("whole", DType.FLOAT32, training().numTrainEpochs(1).build(), ppo, x -> x).get(0);
    TrainConfig divided =
        training()
            .numTrainEpochs(1)
            .perDeviceTrainBatchSize(2)
            .gradientAccumulationSteps(2)
            .build();
    Map<String, Double> parts = train("parts", DType.FLOAT32, divided, ppo, x -> x).get(0);
    for (String key :
        List.of(
            "objective/scores",
            "loss/policy_avg",
            "loss/value_avg",
            "policy/entropy_avg",
            "val/ratio")) {
      assertThat(parts.get(key)).as(key).isCloseTo(whole.get(key), Offset.offset(1e-4));
    }
  }

  @Test
  void longPromptIsRefusedOrItsEndIsKept() {
    try (Tokenizer bytes = Tokenizer.load(tokenizer)) {
      ExampleSource rows = ExampleSource.of(List.of(Map.of("prompt", "abcdefgh")), "rows");
      assertThatThrownBy(() -> Prompts.of(rows, bytes, DATA, 5, 0))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("rows:1: the prompt has 8 tokens; wanted at most 5")
          .hasMessageContaining("truncation_mode");
      DataConfig end = DataConfig.builder().maxLength(64).truncation(Side.LEFT).build();
      assertThat(Prompts.of(rows, bytes, end, 5, 0).all().get(0).text()).isEqualTo("defgh");
    }
  }

  @Test
  void evaluationOfTheReferenceItselfIsAtNoDistance() {
    try (Tokenizer bytes = Tokenizer.load(tokenizer);
        CausalLm base = TinyPolicy.base(DType.FLOAT32);
        BoundModel model = new BoundModel(base, null, null)) {
      PolicyEvaluation evaluation =
          new PolicyEvaluation(
              Prompts.of(prompts(), bytes, DATA, 32, 0).all(), bytes, 6, 1.0, 1, LENGTH, model);
      Map<String, Double> values = evaluation.evaluate(model);
      assertThat(values).containsEntry("eval_kl", 0.0);
      assertThat(values.get("eval_length")).isBetween(1.0, 6.0);
      assertThat(evaluation.answers()).hasSize(4);
      assertThat(values.get("eval_reward"))
          .isEqualTo(
              evaluation.answers().stream()
                  .mapToInt(each -> each.response().length())
                  .average()
                  .orElseThrow());
      // The same draws each time.
      assertThat(evaluation.evaluate(model)).isEqualTo(values);
    }
  }

  @Test
  void criticOfAnotherVocabularyIsRefused() {
    try (Tokenizer bytes = Tokenizer.load(tokenizer);
        CausalLm base = TinyPolicy.base(DType.FLOAT32);
        CausalLm other = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 1)) {
      PpoTrainer trainer =
          new PpoTrainer(base, bytes, TinyPolicy::create, training().build(), ppo().build());
      assertThatThrownBy(() -> trainer.critic(other, folder))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("260 tokens, found 97");
    }
  }
}
