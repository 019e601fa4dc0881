package org.tune4j.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.ResumeContract;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.TinyPolicy;
import org.tune4j.rlhf.ToyTask;
import org.tune4j.rlhf.policy.TokenPolicy;
import org.tune4j.rlhf.rollout.ResponseScorer;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutLayout;

/** Whole runs of a tiny policy that speaks bytes. */
class PpoTrainerTest {
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
        .perDeviceTrainBatchSize(2)
        .gradientAccumulationSteps(2)
        .seed(11);
  }

  private static PpoConfig.Builder ppo() {
    return PpoConfig.builder().responseLength(8).temperature(1).numMiniBatches(2);
  }

  private ToyTask.Told train(TrainConfig config, PpoConfig ppo, ResponseScorer scorer) {
    ToyTask.Told scores = new ToyTask.Told();
    try (Tokenizer bytes = Tokenizer.load(tokenizer);
        CausalLm base = TinyPolicy.base(DType.FLOAT32)) {
      new PpoTrainer(base, bytes, TinyPolicy::create, config, ppo)
          .data(DataConfig.builder().maxLength(64).build())
          .listener(scores)
          .train(ToyTask.prompts(), scorer, folder.resolve("run"))
          .close();
    }
    return scores;
  }

  @Test
  void policyLearnsToSayWhatScoresMore() {
    ToyTask.Told scores =
        train(training().numTrainEpochs(25).build(), ppo().build(), ToyTask.LETTERS);
    assertThat(scores.means).hasSize(25);
    double before = scores.means.subList(0, 3).stream().mapToDouble(x -> x).average().orElseThrow();
    double after =
        scores.means.subList(20, 25).stream().mapToDouble(x -> x).average().orElseThrow();
    assertThat(after).isGreaterThan(2 * before);
    assertThat(scores.metrics).hasSize(25);
    assertThat(scores.metrics.get(0)).containsEntry("objective/kl", 0.0);
    assertThat(scores.metrics.get(0).get("rollout/sampler_gap")).isLessThan(1e-4);
  }

  @Test
  void resumesInTheMiddleOfAnUpdateToTheLastByte() throws IOException {
    TrainConfig config = training().numTrainEpochs(ResumeContract.STEPS / 4).saveSteps(1).build();
    PpoConfig ppo = ppo().numPpoEpochs(2).target(1.0).horizon(50).whitenRewards(true).build();
    try (Tokenizer bytes = Tokenizer.load(tokenizer);
        CausalLm base = TinyPolicy.base(DType.FLOAT32)) {
      ResumeContract.check(
          folder.resolve("runs"),
          (run, stopAfter) -> {
            PpoTrainer trainer =
                new PpoTrainer(base, bytes, TinyPolicy::create, config, ppo)
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
  void anUpdateEndsWhenThePolicyHasMovedFarEnough() {
    TrainConfig config = training().numTrainEpochs(3).learningRate(3e-2).build();
    ToyTask.Told whole = train(config, ppo().build(), ToyTask.LETTERS);
    assertThat(whole.steps).isEqualTo(3 * 8);
    TrainConfig saving = config.toBuilder().saveSteps(100).build();
    ToyTask.Told scores = train(saving, ppo().targetKl(1e-4).build(), ToyTask.LETTERS);
    assertThat(scores.metrics).hasSize(3);
    assertThat(scores.means).hasSize(3);
    assertThat(scores.steps).isBetween(3 * 2L, 3 * 8L - 3);
    // The last of the steps that were made is the last one.
    assertThat(folder.resolve("run").resolve("checkpoint-" + scores.steps)).isDirectory();
  }

  @Test
  void learnsByHandWhatItIsGiven() {
    try (CausalLm base = TinyPolicy.base(DType.FLOAT32);
        PpoSteps steps =
            new PpoSteps(
                base,
                TinyPolicy::create,
                training().gradientAccumulationSteps(1).build(),
                ppo().numMiniBatches(1).build())) {
      List<int[]> queries = List.of(new int[] {1, 2}, new int[] {3});
      // One of two answers is worth more, whatever is asked.
      List<int[]> responses = List.of(new int[] {5, 5, 5}, new int[] {9, 9, 9, 257});
      boolean[] ended = {false, true};
      List<Double> ratios = new ArrayList<>();
      double before = said(steps, queries.get(0), responses.get(0));
      for (int i = 0; i < 10; i++) {
        ratios.add(steps.step(queries, responses, ended, new double[] {1, -1}).get("val/ratio"));
      }
      assertThat(said(steps, queries.get(0), responses.get(0))).isGreaterThan(before + 1);
      assertThat(ratios).allSatisfy(ratio -> assertThat(ratio).isPositive());
      assertThatThrownBy(() -> steps.step(queries, responses, ended, new double[] {1}))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("2 responses")
          .hasMessageContaining("1 scores");
    }
  }

  private static double said(PpoSteps steps, int[] query, int[] response) {
    Rollout rollout = new Rollout(0, query, response, true, new double[response.length]);
    BoundModel model = steps.policy().model();
    try (TensorScope work = model.workScope()) {
      Batch batch = Batch.of(List.of(RolloutLayout.document(rollout)));
      return Arrays.stream(new TokenPolicy(model, 1).said(model.upload(batch, work)).logProbs())
          .sum();
    }
  }

  @Test
  void aCriticOfItsOwnLearnsWithThePolicy() {
    ToyTask.Told scores = new ToyTask.Told();
    try (Tokenizer bytes = Tokenizer.load(tokenizer);
        CausalLm base = TinyPolicy.base(DType.FLOAT32);
        CausalLm critic = TinyPolicy.critic()) {
      new PpoTrainer(
              base, bytes, TinyPolicy::create, training().numTrainEpochs(12).build(), ppo().build())
          .data(DataConfig.builder().maxLength(64).build())
          .critic(critic, (Adapter) null)
          .listener(scores)
          .train(ToyTask.prompts(), ToyTask.LETTERS, folder.resolve("run"))
          .close();
    }
    assertThat(scores.metrics).hasSize(12);
    double before = scores.metrics.get(0).get("loss/value_avg");
    double after = scores.metrics.get(11).get("loss/value_avg");
    assertThat(after).isLessThan(before);
    assertThat(scores.metrics)
        .allSatisfy(m -> assertThat(m.get("gradient/noise_scale")).isNotNull());
  }
}
