package org.tune4j.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.report.RunReport;
import org.tune4j.eval.report.ScoredResponse;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.PeftModel;
import org.tune4j.rlhf.ppo.PolicyEvaluation;
import org.tune4j.rlhf.ppo.PpoConfig;
import org.tune4j.rlhf.ppo.PpoRun;
import org.tune4j.rlhf.ppo.PpoTrainer;
import org.tune4j.rlhf.reward.RewardLimits;
import org.tune4j.rlhf.reward.RewardScorer;
import org.tune4j.rlhf.reward.RewardTerm;
import org.tune4j.rlhf.reward.RowRewards;
import org.tune4j.rlhf.reward.model.ModelReward;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.testdata.DemoFiles;
import org.tune4j.testdata.Language;
import org.tune4j.testdata.Reviews;
import org.tune4j.testdata.Reviews.Aspect;
import org.tune4j.testdata.Reviews.Sentiment;

/**
 * Learning from rewards from end to end: the small demo model, which has read reviews, goes on from
 * the first words of one; a small BERT learns from pairs which of two reviews is the kinder one;
 * PPO teaches the model to write what the BERT likes, without leaving what it was too far.
 */
public final class RlhfEndToEnd {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final DataConfig DATA = DataConfig.builder().maxLength(256).build();
  private static final int PROMPT_WORDS = 6;
  private static final int PROMPTS = 2000;

  /** Nats a response. */
  private static final double MOST_KL = 10;

  /** As many as a response of {@link #PPO} has. */
  private static final int RESPONSE_WORDS = 24;

  private static final TrainConfig REWARD =
      TrainConfig.builder()
          .learningRate(5e-4)
          .warmupSteps(10)
          .numTrainEpochs(1)
          .perDeviceTrainBatchSize(8)
          .seed(11)
          .build();

  private static final LoraConfig LORA =
      LoraConfig.builder().r(16).loraAlpha(32).targetModules("all-linear").build();

  private static final PpoConfig PPO =
      PpoConfig.builder()
          .responseLength(32)
          .temperature(1)
          .numMiniBatches(2)
          .useScoreScaling(true)
          .klCoef(0.05)
          .target(5.0)
          .horizon(160)
          .build();

  private final CausalLm base;
  private final Tokenizer tokenizer;
  private final RowRewards rewards;
  private final ExampleSource prompts;
  private final Prompts heldOut;

  private RlhfEndToEnd(
      CausalLm base, Tokenizer tokenizer, RewardScorer scorer, Path prompts, Path heldOut) {
    ExampleSource asked = new DataFiles().open(prompts);
    ExampleSource others = new DataFiles().open(heldOut);
    this.base = base;
    this.tokenizer = tokenizer;
    this.rewards = new RowRewards(scorer, List.of(asked, others));
    this.prompts = asked;
    this.heldOut = Prompts.of(others, tokenizer, DATA, DATA.maxLength() - PPO.responseLength(), 0);
  }

  /**
   * What a run came to, on prompts that it did not learn from.
   *
   * @param deviation of the rewards before
   * @param kl nats a response from the model that it began as
   */
  record Outcome(long seed, double before, double deviation, double after, double kl) {
    /** Whether it learned, and did not go too far. */
    boolean isStable() {
      return after > before && kl < MOST_KL;
    }

    /** Whether it learned enough as well. */
    boolean isGood() {
      return isStable() && after - before >= deviation;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "seed %d: reward %.2f -> %.2f, up by %.2f standard deviations, KL %.1f nats: %s",
          seed,
          before,
          after,
          (after - before) / deviation,
          kl,
          isGood() ? "enough" : isStable() ? "stable" : "not stable");
    }
  }

  /**
   * Arguments: a folder to work in, in which there is no {@code ppo-1} yet; and {@code short} for
   * 20 seeds of 8 updates, which are only to be stable, in place of 3 that are to learn enough.
   */
  public static void main(String[] arguments) throws IOException {
    Path work = Files.createDirectories(Path.of(arguments[0]));
    boolean isShort = arguments.length > 1 && arguments[1].equals("short");
    List<Outcome> outcomes = isShort ? run(work, 20, 8) : run(work, 3, 24);
    boolean holds = outcomes.stream().allMatch(isShort ? Outcome::isStable : Outcome::isGood);
    System.out.println(holds ? "all of them hold" : "not all of them hold");
    System.exit(holds ? 0 : 1);
  }

  /** Trains with the seeds from 1 on. */
  static List<Outcome> run(Path work, int seeds, int updates) throws IOException {
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    Path reward = rewardModel(work);
    Path prompts = prompts(work.resolve("prompts.jsonl"), PROMPTS, false);
    Path heldOut = prompts(work.resolve("held-out-prompts.jsonl"), 128, true);
    List<Outcome> outcomes = new ArrayList<>();
    try (CausalLm judge =
            CausalLm.load(reward, DType.FLOAT32, "cpu", new HeadTask.Regression(), 0);
        BoundModel bound = new BoundModel(judge, null, null);
        Tokenizer characters = Tokenizer.load(reward);
        CausalLm base = CausalLm.load(model, DType.FLOAT32);
        Tokenizer tokenizer = Tokenizer.load(model);
        RewardScorer scorer =
            new RewardScorer(
                List.of(
                    RewardTerm.of(
                        "kind", new ModelReward(bound, characters, DATA).judging(tokenizer))),
                RewardLimits.DEFAULT)) {
      RlhfEndToEnd loop = new RlhfEndToEnd(base, tokenizer, scorer, prompts, heldOut);
      for (long seed = 1; seed <= seeds; seed++) {
        Outcome outcome = loop.train(seed, updates, work.resolve("ppo-" + seed));
        System.out.println(outcome);
        outcomes.add(outcome);
      }
    }
    return outcomes;
  }

  private Outcome train(long seed, int updates, Path run) {
    int rollouts = 16 * PPO.numMiniBatches();
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(1e-3)
            .lrSchedulerType(Schedule.Type.LINEAR)
            .numTrainEpochs((double) updates * rollouts / PROMPTS)
            .perDeviceTrainBatchSize(16)
            .seed(seed)
            .build();
    try (BoundModel reference = new BoundModel(base, null, null)) {
      PolicyEvaluation evaluation =
          new PolicyEvaluation(
              heldOut.all(),
              tokenizer,
              PPO.responseLength(),
              PPO.temperature(),
              seed,
              rewards,
              reference);
      RunReport report = new RunReport(run);
      Map<String, Double> before = evaluation.evaluate(reference);
      List<ScoredResponse> wasSaid = responses(evaluation);
      report.before(before, List.of());
      try (PpoRun trained =
          new PpoTrainer(
                  base,
                  tokenizer,
                  (model, from, besides) -> PeftModel.create(model, LORA, from, besides),
                  training,
                  PPO)
              .data(DATA)
              .listener(new ProgressLines())
              .listener(report)
              .train(prompts, rewards, run)) {
        Map<String, Double> after = evaluation.evaluate(trained.policy().model());
        report.after(after, List.of()).responses(wasSaid, responses(evaluation)).write();
        return new Outcome(
            seed,
            before.get("eval_reward"),
            before.get("eval_reward_std"),
            after.get("eval_reward"),
            after.get("eval_kl"));
      }
    }
  }

  private static List<ScoredResponse> responses(PolicyEvaluation evaluation) {
    return evaluation.answers().stream()
        .map(each -> new ScoredResponse(each.prompt().text(), each.response(), each.score()))
        .toList();
  }

  /** A line an update. */
  private static final class ProgressLines implements RunListener {
    @Override
    public void onMetrics(long step, Map<String, Double> values) {
      System.err.printf(
          Locale.ROOT,
          "step %d: reward %.2f, KL %.1f, coefficient %.3f, entropy %.1f, length %.1f%n",
          step,
          values.get("objective/scores"),
          values.get("objective/kl"),
          values.get("objective/kl_coef"),
          values.get("objective/entropy"),
          values.get("rollout/length"));
    }
  }

  /** Trains one, unless the folder has one from an earlier run. */
  private static Path rewardModel(Path work) throws IOException {
    Path model = work.resolve("reward/model");
    if (!Files.exists(model)) {
      Path train = pairs(work.resolve("pairs.jsonl"), 2000, false);
      Path heldOut = pairs(work.resolve("held-out-pairs.jsonl"), 200, true);
      Path encoder = TrainRewardModel.encoder(work, train);
      TrainRewardModel.run(encoder, train, heldOut, work.resolve("reward"), REWARD);
    }
    return model;
  }

  /** Two ways to go on from the same words, the kinder one first. */
  private static Path pairs(Path file, int count, boolean heldOut) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String[] kind = words(Sentiment.POSITIVE, i, heldOut);
      String[] unkind = words(Sentiment.NEGATIVE, i, heldOut);
      String[] begun = i % 2 == 0 ? kind : unkind;
      lines.add(
          JSON.writeValueAsString(
              Map.of(
                  "prompt", part(begun, 0, PROMPT_WORDS),
                  "chosen", " " + part(kind, PROMPT_WORDS, RESPONSE_WORDS),
                  "rejected", " " + part(unkind, PROMPT_WORDS, RESPONSE_WORDS))));
    }
    return Files.write(file, lines);
  }

  private static Path prompts(Path file, int count, boolean heldOut) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String[] words = words(Sentiment.values()[i % 2], i, heldOut);
      lines.add(JSON.writeValueAsString(Map.of("prompt", part(words, 0, PROMPT_WORDS))));
    }
    return Files.write(file, lines);
  }

  private static String[] words(Sentiment sentiment, int number, boolean heldOut) {
    SplittableRandom random = new SplittableRandom(2L * number + sentiment.ordinal());
    Aspect aspect = Aspect.values()[number % Aspect.values().length];
    return new Reviews()
        .draw(Language.ENGLISH, sentiment, aspect, random, heldOut)
        .text()
        .split(" ");
  }

  private static String part(String[] words, int from, int count) {
    int end = Math.min(words.length, from + count);
    return String.join(" ", Arrays.copyOfRange(words, Math.min(from, end), end));
  }
}
