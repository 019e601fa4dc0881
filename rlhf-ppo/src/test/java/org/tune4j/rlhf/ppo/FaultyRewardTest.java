package org.tune4j.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.TinyPolicy;
import org.tune4j.rlhf.ToyTask;
import org.tune4j.rlhf.reward.Reward;
import org.tune4j.rlhf.reward.RewardException;
import org.tune4j.rlhf.reward.RewardLimits;
import org.tune4j.rlhf.reward.RewardScorer;
import org.tune4j.rlhf.reward.RewardTerm;
import org.tune4j.rlhf.reward.RowRewards;
import org.tune4j.rlhf.rollout.ScoredRollout;

/** Runs whose reward fails: of one response, and of all from some update on. */
class FaultyRewardTest {
  private static final RewardLimits LIMITS = new RewardLimits(4, Duration.ofMillis(500), 0.4);

  @TempDir private Path folder;
  private Path tokenizer;

  @BeforeEach
  void writeTokenizer() throws IOException {
    tokenizer = ByteTokenizer.write(folder, false);
  }

  /** Of eight prompts one reward throws, one hangs and one is no number; later all throw. */
  private static Reward faulty(AtomicBoolean broken) {
    return (prompt, response, row) -> {
      if (broken.get() || prompt.equals("say 1")) {
        throw new IllegalStateException("the judge is gone");
      }
      if (prompt.equals("say 3")) {
        new CountDownLatch(1).await();
      }
      return prompt.equals("say 5")
          ? Double.NaN
          : response.chars().filter(c -> c >= 'a' && c <= 'z').count() / 8.0;
    };
  }

  private ToyTask.Told train(Path run, AtomicBoolean broken, int breaksAfter) {
    TrainConfig config =
        TrainConfig.builder()
            .learningRate(3e-3)
            .lrSchedulerType(Schedule.Type.CONSTANT)
            .numTrainEpochs(4)
            .perDeviceTrainBatchSize(2)
            .gradientAccumulationSteps(2)
            .saveSteps(1)
            .seed(11)
            .build();
    PpoConfig ppo =
        PpoConfig.builder()
            .responseLength(8)
            .temperature(1)
            .numMiniBatches(2)
            .numPpoEpochs(1)
            .build();
    ToyTask.Told told = new ToyTask.Told();
    try (Tokenizer bytes = Tokenizer.load(tokenizer);
        CausalLm base = TinyPolicy.base(DType.FLOAT32);
        RewardScorer scorer =
            new RewardScorer(List.of(RewardTerm.of("judge", faulty(broken))), LIMITS)) {
      new PpoTrainer(base, bytes, TinyPolicy::create, config, ppo)
          .data(DataConfig.builder().maxLength(64).build())
          .resume(true)
          .listener(told)
          .listener(
              new RolloutListener() {
                @Override
                public void onRollouts(int update, List<ScoredRollout> said) {
                  broken.set(update + 1 == breaksAfter);
                }
              })
          .train(ToyTask.prompts(), new RowRewards(scorer, List.of(ToyTask.prompts())), run)
          .close();
    }
    return told;
  }

  @Test
  void aRunStopsAboveTheShareOfDropsAndGoesOnOnceTheRewardIsMended() throws IOException {
    Path whole = folder.resolve("whole");
    ToyTask.Told told = train(whole, new AtomicBoolean(), 0);
    assertThat(told.metrics)
        .hasSize(4)
        .allSatisfy(update -> assertThat(update).containsEntry("rollout/dropped", 3.0));

    Path run = folder.resolve("run");
    assertThatThrownBy(() -> train(run, new AtomicBoolean(), 2))
        .isInstanceOf(RewardException.class)
        .hasMessageContaining("8 of 8 samples dropped, each after two tries")
        .hasMessageContaining("the judge is gone");
    assertThat(checkpoints(run)).isEqualTo(checkpoints(whole) / 2);

    train(run, new AtomicBoolean(), 0);
    assertThat(checkpoints(run)).isEqualTo(checkpoints(whole));
    assertThat(weights(run)).hasSameBinaryContentAs(weights(whole));
  }

  private static long checkpoints(Path run) throws IOException {
    try (Stream<Path> entries = Files.list(run)) {
      return entries
          .filter(each -> each.getFileName().toString().startsWith("checkpoint-"))
          .count();
    }
  }

  private static Path weights(Path run) {
    return run.resolve("policy/weights.txt");
  }
}
