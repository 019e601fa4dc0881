package org.tune4j.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.examples.cli.Console;
import org.tune4j.full.FullTrainer;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.PeftModel;
import org.tune4j.rlhf.grpo.GrpoConfig;
import org.tune4j.rlhf.grpo.GrpoRun;
import org.tune4j.rlhf.grpo.GrpoTrainer;
import org.tune4j.rlhf.ppo.RolloutListener;
import org.tune4j.rlhf.rollout.Prompt;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.rlhf.rollout.ResponseScorer;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutSampler;
import org.tune4j.rlhf.rollout.ScoredRollout;
import org.tune4j.testdata.ArithmeticProblems;
import org.tune4j.testdata.ArithmeticProblems.Problem;
import org.tune4j.testdata.DemoFiles;
import org.tune4j.testdata.Language;

/**
 * Has the small bilingual demo model practise word problems: it is taught first their form, by a
 * short supervised run, and then by GRPO, with nothing but whether the number behind {@code ####}
 * is the right one; and says how many held-out problems are solved before and after, for several
 * seeds.
 */
public final class MathGrpo {
  private static final DataConfig DATA =
      DataConfig.builder().maxLength(256).preflightAllow("duplicates").build();
  private static final int ANSWER_TOKENS = 72;
  private final Tokenizer tokenizer;
  private final Console console;
  private final int updates;
  private final Problems practised;
  private final Problems heldOut;

  private MathGrpo(Tokenizer tokenizer, Console console, int updates, int heldOut) {
    this.tokenizer = tokenizer;
    this.console = console;
    this.updates = updates;
    this.practised = new Problems(2000, false);
    this.heldOut = new Problems(heldOut, true);
  }

  /** Arguments: a folder to work in, in which there is no {@code sft} yet. */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path model = DemoFiles.copyBaseTo(work.resolve("model"));
    run(model, work, 100, 60, 300, 3, Console.standard());
    System.exit(0);
  }

  /**
   * What became of a seed.
   *
   * @param before share of held-out problems that were solved before GRPO
   * @param after and after it
   */
  record Solved(double before, double after) {}

  static List<Solved> run(
      Path model, Path work, int sftSteps, int updates, int heldOut, int seeds, Console console)
      throws IOException {
    List<Solved> all = new ArrayList<>();
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      MathGrpo example = new MathGrpo(tokenizer, console, updates, heldOut);
      Path taught = example.teachForm(model, work.resolve("sft"), sftSteps);
      for (int seed = 1; seed <= seeds; seed++) {
        Solved solved = example.practise(taught, seed, Files.createTempDirectory(work, "grpo"));
        console.say(
            String.format(
                Locale.ROOT,
                "seed %d: %.1f %% of held-out problems solved before, %.1f %% after",
                seed,
                100 * solved.before,
                100 * solved.after));
        all.add(solved);
      }
    }
    return all;
  }

  /** Problems, half of them in each language, and their results. */
  private static final class Problems {
    private final List<Problem> all = new ArrayList<>();

    Problems(int count, boolean heldOut) {
      ArithmeticProblems problems = new ArithmeticProblems();
      SplittableRandom random = new SplittableRandom(heldOut ? 2 : 1);
      for (int i = 0; i < count; i++) {
        all.add(problems.draw(Language.values()[i % 2], random, heldOut));
      }
    }

    ExampleSource rows() {
      return ExampleSource.of(
          all.stream()
              .map(each -> Map.of("question", each.question(), "answer", each.answer()))
              .toList(),
          "problems");
    }

    /** 1 for the right number behind the last {@code ####}, else 0. */
    double[] score(List<Prompt> prompts, List<String> responses) {
      double[] scores = new double[responses.size()];
      for (int i = 0; i < scores.length; i++) {
        String response = responses.get(i);
        int mark = response.lastIndexOf("####");
        int wanted = all.get((int) prompts.get(i).example().id()).result();
        boolean right = mark >= 0 && response.substring(mark + 4).strip().equals("" + wanted);
        scores[i] = right ? 1 : 0;
      }
      return scores;
    }
  }

  private Path teachForm(Path model, Path run, int steps) {
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(1e-3)
            .lrSchedulerType(Schedule.Type.COSINE)
            .maxSteps(steps)
            .perDeviceTrainBatchSize(16)
            .build();
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      try (var taught =
          new FullTrainer(base, tokenizer, model, training)
              .data(DATA)
              .train(practised.rows(), run)) {
        return taught.folder();
      }
    }
  }

  private Solved practise(Path taught, long seed, Path run) {
    LoraConfig lora = LoraConfig.builder().r(16).loraAlpha(32).targetModules("all-linear").build();
    GrpoConfig grpo =
        GrpoConfig.builder().numGenerations(8).maxCompletionLength(ANSWER_TOKENS).build();
    int answers = 128;
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(1e-3)
            .lrSchedulerType(Schedule.Type.CONSTANT)
            .perDeviceTrainBatchSize(answers / 2)
            .gradientAccumulationSteps(2)
            .numTrainEpochs((double) updates * answers / 8 / practised.all.size())
            .seed(seed)
            .build();
    ResponseScorer verifier = practised::score;
    try (CausalLm base = CausalLm.load(taught, DType.FLOAT32)) {
      double before;
      try (BoundModel bare = new BoundModel(base, null, null)) {
        before = solved(bare);
      }
      GrpoTrainer trainer =
          new GrpoTrainer(
                  base,
                  tokenizer,
                  (model, start, besides) -> PeftModel.create(model, lora, start, besides),
                  training,
                  grpo)
              .data(DATA)
              .listener(new Progress());
      try (GrpoRun learned = trainer.train(practised.rows(), verifier, run)) {
        return new Solved(before, solved(learned.policy().model()));
      }
    }
  }

  /** The share of held-out problems that a model solves when it says what it takes for best. */
  private double solved(BoundModel model) {
    List<Prompt> prompts =
        Prompts.of(heldOut.rows(), tokenizer, DATA, DATA.maxLength() - ANSWER_TOKENS, 0).all();
    List<String> answers = new ArrayList<>();
    for (Rollout rollout : RolloutSampler.greedy(model, ANSWER_TOKENS).sample(prompts, 0)) {
      answers.add(tokenizer.decode(rollout.response(), true));
    }
    double sum = 0;
    for (double score : heldOut.score(prompts, answers)) {
      sum += score;
    }
    return sum / answers.size();
  }

  /** Says every tenth update how many answers were right. */
  private final class Progress implements RolloutListener {
    private int update;

    @Override
    public void onRollouts(int number, List<ScoredRollout> rollouts) {
      update = number + 1;
    }

    @Override
    public void onMetrics(long step, Map<String, Double> values) {
      if (update % 10 == 0) {
        console.say(
            String.format(
                Locale.ROOT,
                "  update %d: %.1f %% of answers right, %.2f nats a token, %.0f tokens an answer",
                update,
                100 * values.get("reward"),
                values.get("entropy"),
                values.get("completions/mean_length")));
      }
    }
  }
}
