package org.tune4j.rlhf.ppo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.ResumeContract;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.TinyPolicy;
import org.tune4j.rlhf.rollout.Prompt;
import org.tune4j.rlhf.rollout.ResponseScorer;
import org.tune4j.rlhf.rollout.ScoredRollout;

/** Whole runs of a tiny policy that speaks bytes. */
class PpoTrainerTest {
  /** Small letters are wanted. */
  private static final ResponseScorer LETTERS = PpoTrainerTest::letters;

  @TempDir Path folder;

  private static double[] letters(List<Prompt> prompts, List<String> responses) {
    return responses.stream()
        .mapToDouble(text -> text.chars().filter(c -> c >= 'a' && c <= 'z').count() / 8.0)
        .toArray();
  }

  private static ExampleSource prompts() {
    return ExampleSource.of(
        IntStream.range(0, 8).mapToObj(i -> Map.of("prompt", "say " + i)).toList(), "prompts");
  }

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

  /** Scores of each update. */
  private static final class Scores implements RolloutListener {
    private final List<Double> means = new ArrayList<>();
    private final List<Map<String, Double>> metrics = new ArrayList<>();

    @Override
    public void onRollouts(int update, List<ScoredRollout> rollouts) {
      means.add(rollouts.stream().mapToDouble(ScoredRollout::score).average().orElseThrow());
    }

    @Override
    public void onMetrics(long step, Map<String, Double> values) {
      metrics.add(values);
    }
  }

  private Scores train(TrainConfig config, PpoConfig ppo, ResponseScorer scorer) {
    Scores scores = new Scores();
    try (Tokenizer bytes = Tokenizer.load(tokenizer);
        CausalLm base = TinyPolicy.base(DType.FLOAT32)) {
      new PpoTrainer(base, bytes, TinyPolicy::create, config, ppo)
          .data(DataConfig.builder().maxLength(64).build())
          .listener(scores)
          .train(prompts(), scorer, folder.resolve("run"))
          .close();
    }
    return scores;
  }

  @Test
  void policyLearnsToSayWhatScoresMore() {
    Scores scores = train(training().numTrainEpochs(25).build(), ppo().build(), LETTERS);
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
                .train(prompts(), LETTERS, run)
                .close();
          });
    }
  }

  @Test
  void anUpdateEndsWhenThePolicyHasMovedFarEnough() {
    Scores scores =
        train(
            training().numTrainEpochs(3).learningRate(3e-2).build(),
            ppo().targetKl(1e-4).build(),
            LETTERS);
    // Of an update, 8 steps are there to be made.
    assertThat(scores.metrics).hasSize(3);
    assertThat(scores.means).hasSize(3);
  }

  @Test
  void responsesWithoutAScoreAreLeftOut() {
    ResponseScorer choosy =
        (prompts, responses) -> {
          double[] scores = letters(prompts, responses);
          scores[3] = Double.NaN;
          return scores;
        };
    Scores scores = train(training().numTrainEpochs(2).build(), ppo().build(), choosy);
    assertThat(scores.metrics).allSatisfy(m -> assertThat(m).containsEntry("rollout/dropped", 1.0));
  }
}
