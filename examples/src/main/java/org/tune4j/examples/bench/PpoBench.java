package org.tune4j.examples.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainStep;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.PeftModel;
import org.tune4j.rlhf.loss.PpoObjective;
import org.tune4j.rlhf.loss.PpoStatistics;
import org.tune4j.rlhf.policy.ValueHead;
import org.tune4j.rlhf.ppo.ExperienceMaker;
import org.tune4j.rlhf.ppo.PpoConfig;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutBuffer;
import org.tune4j.rlhf.rollout.RolloutLayout;

/**
 * Times steps of PPO with LoRA on one base: sampling, scoring, and a mini-batch of all rollouts in
 * each epoch. The reward is the share of even ids. The first step is cold.
 *
 * @param data rows with {@code question} and {@code answer}, of which prompts are made
 */
public record PpoBench(
    Path model,
    Path data,
    DType dtype,
    int batch,
    int promptTokens,
    int newTokens,
    int epochs,
    int steps,
    int rank) {
  private static final double LEARNING_RATE = 1e-4;

  public PpoBench {
    for (int value : new int[] {batch, promptTokens, newTokens, epochs, steps, rank}) {
      if (value < 1) {
        throw new ConfigException(
            "batch, prompt_tokens, new_tokens, epochs, steps and rank: wanted at least 1, found "
                + value);
      }
    }
  }

  /** Seconds of one step, and what it came to. */
  private record Timed(
      double sampling,
      double scoring,
      double training,
      double score,
      double kl,
      double samplerGap,
      PpoStatistics seen) {
    double all() {
      return sampling + scoring + training;
    }
  }

  /** Runs the benchmark: the figures of its JSON line, in order. */
  public Map<String, Object> run() {
    LoraConfig lora =
        LoraConfig.builder().r(rank).loraAlpha(2 * rank).targetModules("all-linear").build();
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, dtype);
        BoundModel reference = new BoundModel(base, null, null);
        PeftModel policy =
            PeftModel.create(base, lora, 0, ValueHead.trainables(base.architecture()));
        AdamW optimizer =
            new AdamW(policy.weights(), new AdamW.Settings(0.9, 0.999, 1e-8, 0), base.scope())) {
      ValueHead critic = new ValueHead(policy.weights(), base.architecture());
      critic.begin(0);
      List<int[]> prompts = BenchPrompts.of(data, tokenizer, batch * steps, promptTokens);
      Run run = new Run(policy, reference, critic, optimizer);
      List<Timed> all = new ArrayList<>();
      double first = 0;
      for (int s = 0; s < steps; s++) {
        all.add(run.step(s, prompts.subList(s * batch, (s + 1) * batch)));
        first = s == 0 ? sinceProcessStart() : first;
      }
      return figures(all, first, policy.weights().parameters());
    }
  }

  private static double sinceProcessStart() {
    Instant process = ProcessHandle.current().info().startInstant().orElse(Instant.now());
    return Duration.between(process, Instant.now()).toMillis() / 1e3;
  }

  private Map<String, Object> figures(List<Timed> all, double first, long trainable) {
    List<Timed> warm = all.subList(all.size() > 1 ? 1 : 0, all.size());
    double seconds = median(warm, Timed::all);
    double[] parts = {
      median(warm, Timed::sampling), median(warm, Timed::scoring), median(warm, Timed::training)
    };
    double sum = Arrays.stream(parts).sum();
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("mode", "ppo");
    line.put("dtype", PrecisionChoice.name(dtype));
    line.put("batch", batch);
    line.put("epochs", epochs);
    line.put("step_s", GenerateBench.rounded(seconds, 2));
    line.put("tokens_per_s", GenerateBench.rounded(batch * newTokens / seconds, 1));
    line.put("sampling_s", GenerateBench.rounded(parts[0], 2));
    line.put("scoring_s", GenerateBench.rounded(parts[1], 2));
    line.put("training_s", GenerateBench.rounded(parts[2], 2));
    line.put(
        "share",
        Arrays.stream(parts).mapToObj(part -> GenerateBench.rounded(part / sum, 2)).toList());
    line.put("first_step_s", GenerateBench.rounded(first, 1));
    line.put("peak_rss_mib", ProcessMemory.peakResidentBytes().orElse(0) >> 20);
    line.put("trainable", trainable);
    line.put(
        "stats",
        all.stream()
            .map(
                each ->
                    Map.of(
                        "score", GenerateBench.rounded(each.score, 4),
                        "kl", GenerateBench.rounded(each.kl, 4),
                        "sampler_gap", each.samplerGap,
                        "clipfrac", GenerateBench.rounded(each.seen.policyClipFraction(), 3),
                        "vloss", GenerateBench.rounded(each.seen.valueLoss(), 4)))
            .toList());
    return line;
  }

  private static double median(List<Timed> all, ToDoubleFunction<Timed> part) {
    double[] sorted = all.stream().mapToDouble(part).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  /** What steps are made with. */
  private final class Run {
    private final PeftModel policy;
    private final RolloutBuffer buffer = new RolloutBuffer();
    private final PpoConfig config =
        PpoConfig.builder()
            .numPpoEpochs(epochs)
            .responseLength(newTokens)
            .temperature(1)
            .klCoef(0.05)
            .build();
    private final ExperienceMaker maker;
    private final PpoObjective objective;
    private final TrainStep step;

    Run(PeftModel policy, BoundModel reference, ValueHead critic, AdamW optimizer) {
      this.policy = policy;
      this.maker = new ExperienceMaker(policy.model(), reference, critic, config);
      this.objective = config.objective(critic, buffer);
      this.step =
          new TrainStep(
              policy.model(), policy.weights(), objective, optimizer, Recompute.NONE, 1, 0);
    }

    Timed step(int number, List<int[]> prompts) {
      long begun = System.nanoTime();
      List<Rollout> rollouts = sample(number, prompts);
      long sampled = System.nanoTime();
      double[] scores = rollouts.stream().mapToDouble(Run::reward).toArray();
      ExperienceMaker.Made made = maker.make(List.of(rollouts), scores, config.klCoef());
      buffer.fill(made.experiences(), List.of(rollouts));
      long scored = System.nanoTime();
      Batch minibatch = Batch.of(rollouts.stream().map(RolloutLayout::document).toList());
      PpoStatistics seen = PpoStatistics.NONE;
      for (int e = 0; e < epochs; e++) {
        step.run(
            List.of(minibatch),
            (long) number * epochs + e,
            LEARNING_RATE,
            Double.POSITIVE_INFINITY);
        seen = seen.plus(objective.takeStatistics());
      }
      long trained = System.nanoTime();
      return new Timed(
          (sampled - begun) / 1e9,
          (scored - sampled) / 1e9,
          (trained - scored) / 1e9,
          Arrays.stream(scores).average().orElseThrow(),
          Arrays.stream(made.klPerResponse()).average().orElseThrow(),
          made.samplerGap(),
          seen);
    }

    private static double reward(Rollout rollout) {
      return Arrays.stream(rollout.response()).filter(id -> id % 2 == 0).count()
          / (double) rollout.response().length;
    }

    private List<Rollout> sample(int number, List<int[]> prompts) {
      GenerationConfig generation =
          GenerationConfig.builder()
              .maxNewTokens(newTokens)
              .doSample(true)
              .endOfText(Set.of())
              .build();
      long firstId = (long) number * batch;
      long[] ids = LongStream.range(firstId, firstId + batch).toArray();
      List<Generated> answers =
          new Generator(policy.model()).generate(prompts, ids, generation, (row, id) -> {});
      return IntStream.range(0, batch)
          .mapToObj(
              i ->
                  new Rollout(
                      ids[i],
                      prompts.get(i),
                      answers.get(i).newIds(),
                      false,
                      answers.get(i).logProbs()))
          .toList();
    }
  }
}
