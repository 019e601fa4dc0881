package org.tune4j.examples;

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
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.examples.cli.Console;
import org.tune4j.full.Freezing;
import org.tune4j.full.FullModel;
import org.tune4j.full.FullTrainer;
import org.tune4j.rlhf.grpo.GrpoConfig;
import org.tune4j.rlhf.grpo.GrpoRun;
import org.tune4j.rlhf.grpo.GrpoTrainer;
import org.tune4j.rlhf.ppo.RolloutListener;
import org.tune4j.rlhf.reward.RewardLimits;
import org.tune4j.rlhf.reward.RewardScorer;
import org.tune4j.rlhf.reward.RewardTerm;
import org.tune4j.rlhf.reward.RowRewards;
import org.tune4j.rlhf.rollout.Prompt;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutSampler;
import org.tune4j.rlhf.rollout.ScoredRollout;
import org.tune4j.testdata.ArithmeticProblems;
import org.tune4j.testdata.ArithmeticProblems.Kind;
import org.tune4j.testdata.ArithmeticProblems.Problem;
import org.tune4j.testdata.DemoFiles;
import org.tune4j.testdata.Language;

/**
 * Has the small bilingual demo model practise multiplication and division in word problems: it is
 * shown some by a short supervised run, and then practises by GRPO, with nothing but whether its
 * number is the right one; and says how many held-out problems are solved before and after, for
 * several seeds.
 */
public final class MathGrpo {
  private static final DataConfig DATA =
      DataConfig.builder().maxLength(256).preflightAllow("duplicates").build();
  private static final List<Kind> KINDS = List.of(Kind.MULTIPLY, Kind.DISTANCE, Kind.DIVIDE);
  private static final int ANSWER_TOKENS = 48;

  /** Answers to a prompt, and of an update. */
  private static final int GROUP = 8;

  private static final int ANSWERS = 512;
  private final Tokenizer tokenizer;
  private final Console console;
  private final int updates;
  private final ExampleSource practised = problems("practised", 4000, false);
  private final ExampleSource heldOut;
  private final RowRewards verifier;

  private MathGrpo(
      Tokenizer tokenizer, RewardScorer scorer, Console console, int updates, int heldOut) {
    this.tokenizer = tokenizer;
    this.console = console;
    this.updates = updates;
    this.heldOut = problems("held out", heldOut, true);
    this.verifier = new RowRewards(scorer, List.of(practised, this.heldOut));
  }

  /** Arguments: a folder to work in, in which there is no {@code sft} yet. */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    run(model, work, 100, 200, 300, 3, Console.standard());
    System.exit(0);
  }

  /**
   * Shares of held-out problems that are solved.
   *
   * @param greedy by the likeliest answer
   * @param sampled by an answer that is drawn
   */
  record Solved(double greedy, double sampled) {}

  /** What became of a seed. */
  record Learned(Solved before, Solved after) {}

  static List<Learned> run(
      Path model, Path work, int sftSteps, int updates, int heldOut, int seeds, Console console)
      throws IOException {
    List<Learned> all = new ArrayList<>();
    RewardTerm right = RewardTerm.of("right", MathGrpo::right);
    try (Tokenizer tokenizer = Tokenizer.load(model);
        RewardScorer scorer = new RewardScorer(List.of(right), RewardLimits.DEFAULT)) {
      MathGrpo example = new MathGrpo(tokenizer, scorer, console, updates, heldOut);
      Path taught = example.show(model, work.resolve("sft"), sftSteps);
      for (int seed = 1; seed <= seeds; seed++) {
        Learned learned = example.practise(taught, seed, Files.createTempDirectory(work, "grpo"));
        console.say(
            String.format(
                Locale.ROOT,
                "seed %d: %.1f %% of held-out problems solved before (%.1f %% of drawn answers right), %.1f %% after (%.1f %%)",
                seed,
                100 * learned.before.greedy,
                100 * learned.before.sampled,
                100 * learned.after.greedy,
                100 * learned.after.sampled));
        all.add(learned);
      }
    }
    return all;
  }

  /**
   * 1 for exactly the number that is asked for behind the mark, else 0. A verifier that understands
   * more is one that a policy finds ways around.
   */
  private static double right(String prompt, String response, Row row) {
    return result(response).equals(result(row.columns().path("completion").asText())) ? 1 : 0;
  }

  private static String result(String answer) {
    int mark = answer.lastIndexOf("####");
    return mark < 0 ? "" : answer.substring(mark).strip();
  }

  /** Problems, half of them in each language, and their worked answers. */
  private static ExampleSource problems(String name, int count, boolean heldOut) {
    ArithmeticProblems problems = new ArithmeticProblems();
    SplittableRandom random = new SplittableRandom(heldOut ? 2 : 1);
    List<Map<String, String>> rows = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Problem problem = problems.draw(KINDS, Language.values()[i % 2], random, heldOut);
      rows.add(Map.of("prompt", problem.question() + "\n", "completion", problem.answer()));
    }
    return ExampleSource.of(rows, name);
  }

  private Path show(Path model, Path run, int steps) {
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(1e-3)
            .lrSchedulerType(Schedule.Type.COSINE)
            .warmupSteps(10)
            .maxSteps(steps)
            .perDeviceTrainBatchSize(32)
            .build();
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32);
        var taught =
            new FullTrainer(base, tokenizer, model, training).data(DATA).train(practised, run)) {
      return taught.folder();
    }
  }

  private Learned practise(Path taught, long seed, Path run) {
    GrpoConfig grpo =
        GrpoConfig.builder().numGenerations(GROUP).maxCompletionLength(ANSWER_TOKENS).build();
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(2e-4)
            .lrSchedulerType(Schedule.Type.CONSTANT)
            .perDeviceTrainBatchSize(ANSWERS / 2)
            .gradientAccumulationSteps(2)
            .maxSteps(updates)
            .seed(seed)
            .build();
    try (CausalLm base = CausalLm.load(taught, DType.FLOAT32)) {
      Solved before;
      try (BoundModel bare = new BoundModel(base, null, null)) {
        before = solved(bare, seed);
      }
      GrpoTrainer trainer =
          new GrpoTrainer(
                  base,
                  tokenizer,
                  (model, start, besides) -> new FullModel(model, Freezing.NONE, besides),
                  training,
                  grpo)
              .data(DATA)
              .listener(new Progress());
      try (GrpoRun learned = trainer.train(practised, verifier, run)) {
        return new Learned(before, solved(learned.policy().model(), seed));
      }
    }
  }

  private Solved solved(BoundModel model, long seed) {
    List<Prompt> prompts =
        Prompts.of(heldOut, tokenizer, DATA, DATA.maxLength() - ANSWER_TOKENS, 0).all();
    return new Solved(
        right(prompts, RolloutSampler.greedy(model, ANSWER_TOKENS)),
        right(prompts, new RolloutSampler(model, ANSWER_TOKENS, 1, seed)));
  }

  private double right(List<Prompt> prompts, RolloutSampler sampler) {
    List<String> answers = new ArrayList<>();
    for (Rollout rollout : sampler.sample(prompts, 0)) {
      answers.add(tokenizer.decode(rollout.response(), true));
    }
    return Arrays.stream(verifier.score(prompts, answers)).average().orElseThrow();
  }

  /** Says every tenth update how many answers of the last ten were right. */
  private final class Progress implements RolloutListener {
    private int update;
    private double right;

    @Override
    public void onRollouts(int number, List<ScoredRollout> rollouts) {
      update = number + 1;
    }

    @Override
    public void onMetrics(long step, Map<String, Double> values) {
      right += values.get("reward") / 10;
      if (update % 10 == 0) {
        console.say(
            String.format(
                Locale.ROOT,
                "  update %d: %.1f %% of answers right, %.2f nats a token, %.0f tokens an answer",
                update,
                100 * right,
                values.get("entropy"),
                values.get("completions/mean_length")));
        right = 0;
      }
    }
  }
}
