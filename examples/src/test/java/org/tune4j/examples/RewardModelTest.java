package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.Row;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.ResumeContract;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.eval.PairEvaluation;
import org.tune4j.examples.encoder.SmallEncoder;
import org.tune4j.full.FullRun;
import org.tune4j.full.FullTrainer;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.LoraTrainer;
import org.tune4j.rlhf.reward.BatchReward;
import org.tune4j.rlhf.reward.RewardLimits;
import org.tune4j.rlhf.reward.RewardSample;
import org.tune4j.rlhf.reward.RewardScorer;
import org.tune4j.rlhf.reward.RewardTerm;
import org.tune4j.rlhf.reward.model.BradleyTerry;
import org.tune4j.rlhf.reward.model.ModelReward;
import org.tune4j.rlhf.reward.model.RewardEncoder;
import org.tune4j.rlhf.reward.model.RewardEnsemble;
import org.tune4j.rlhf.reward.model.RewardModelLoss;
import org.tune4j.rlhf.reward.model.StepwiseReward;

/** Reward models trained by the trainers of all methods, and asked, on a BERT of random weights. */
class RewardModelTest {
  private static final long SEED = 5;
  private static final DataConfig DATA =
      DataConfig.builder().maxLength(40).preflightAllow("duplicates").build();
  @TempDir Path folder;
  private Path model;

  @BeforeEach
  void write() throws IOException {
    model = folder.resolve("model");
    SmallEncoder.writeUntrained(
        folder.resolve("files"), model, List.of("The room was lovely dirty 0123456789.\n"));
  }

  private Path pairs(int count) throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lines.add(
          "{\"prompt\":\"The room %d\",\"chosen\":\"was %s\",\"rejected\":\"was %s\",\"margin\":%s}"
              .formatted(i, "lovely".repeat(1 + i % 2), "dirty.", i % 3 * 0.5));
    }
    return Files.write(folder.resolve("pairs.jsonl"), lines);
  }

  private CausalLm load() {
    return CausalLm.load(model, DType.FLOAT32, "cpu", new HeadTask.Regression(), SEED);
  }

  private static TrainConfig.Builder training() {
    return TrainConfig.builder().learningRate(1e-3).perDeviceTrainBatchSize(4).seed(SEED);
  }

  private static TrainConfig resumed() {
    return training()
        .perDeviceTrainBatchSize(2)
        .gradientAccumulationSteps(2)
        .maxSteps(ResumeContract.STEPS)
        .saveSteps(1)
        .build();
  }

  /** The encoder's adapter and head. */
  @Test
  void stoppedLoraRunsGoOnByteEqual() throws IOException {
    ExampleSource rows = new DataFiles().open(pairs(30));
    LoraConfig lora =
        LoraConfig.builder().r(2).loraDropout(0.2).targetModules("all-linear").build();
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = load()) {
      ResumeContract.check(
          folder.resolve("runs"),
          (run, stopAfter) -> {
            LoraTrainer trainer =
                new LoraTrainer(base, tokenizer, lora, resumed())
                    .data(DATA)
                    .resume(true)
                    .loss(RewardModelLoss.of(tokenizer, base.architecture(), new BradleyTerry(0)));
            trainer.listener(new StopAfter(stopAfter, trainer::cancel)).train(rows, run).close();
          });
    }
  }

  /** All weights of a decoder, which full training may take over: so each run loads its own. */
  @Test
  void stoppedFullRunsGoOnByteEqual() throws IOException {
    ExampleSource rows = new DataFiles().open(pairs(30));
    Path decoder = SmallModels.write(folder.resolve("decoder"), "llama");
    try (Tokenizer tokenizer = Tokenizer.load(decoder)) {
      ResumeContract.check(
          folder.resolve("runs"),
          (run, stopAfter) -> {
            try (CausalLm own =
                CausalLm.load(decoder, DType.FLOAT32, "cpu", new HeadTask.Regression(), SEED)) {
              FullTrainer trainer =
                  new FullTrainer(own, tokenizer, decoder, resumed())
                      .data(DATA)
                      .resume(true)
                      .loss(
                          RewardModelLoss.of(tokenizer, own.architecture(), new BradleyTerry(0.1)));
              trainer.listener(new StopAfter(stopAfter, trainer::cancel)).train(rows, run).close();
            }
          });
    }
  }

  /** What a run has learned is part of what it is. */
  @Test
  void anotherLossDoesNotGoOn() throws IOException {
    ExampleSource rows = new DataFiles().open(pairs(30));
    LoraConfig lora = LoraConfig.builder().r(2).targetModules("all-linear").build();
    Path run = folder.resolve("run");
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = load()) {
      LoraTrainer first = new LoraTrainer(base, tokenizer, lora, resumed()).data(DATA);
      first.loss(RewardModelLoss.of(tokenizer, base.architecture(), new BradleyTerry(0)));
      first.listener(new StopAfter(2, first::cancel)).train(rows, run).close();
      LoraTrainer other = new LoraTrainer(base, tokenizer, lora, resumed()).data(DATA).resume(true);
      other.loss(RewardModelLoss.of(tokenizer, base.architecture(), new BradleyTerry(0.1)));
      assertThatThrownBy(() -> other.train(rows, run))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("loss");
    }
  }

  private float trainedBias(double center) throws IOException {
    Path run = folder.resolve("run-" + center);
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = load();
        FullRun trained =
            new FullTrainer(base, tokenizer, model, training().maxSteps(10).build())
                .data(DATA)
                .loss(RewardModelLoss.of(tokenizer, base.architecture(), new BradleyTerry(center)))
                .train(new DataFiles().open(pairs(30)), run)) {
      try (SafetensorsFile file =
          SafetensorsFile.open(trained.folder().resolve("model.safetensors"))) {
        ByteBuffer bias = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read("classifier.bias", 0, bias);
        return bias.getFloat(0);
      }
    }
  }

  /** Plain Bradley-Terry does not see it; Adam would make steps of its rounding noise. */
  @Test
  void biasStaysWhatItWasUnlessRewardsAreCentred() throws IOException {
    assertThat(trainedBias(0)).isZero();
    assertThat(trainedBias(0.1)).isNotZero();
  }

  @Test
  void pairsCarryTheirMarginAndAreReadAsTwoTexts() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = load()) {
      RewardEncoder encoder = new RewardEncoder(tokenizer, DATA, base.architecture());
      List<EncodedExample> all = EncodedExamples.all(new DataFiles().open(pairs(3)), encoder, DATA);
      EncodedExample pair = all.get(1);
      assertThat(pair.target()).contains(new Target.Number(0.5f));
      assertThat(pair.rejected().orElseThrow().target()).contains(new Target.Number(0.5f));
      assertThat(pair.ids())
          .isEqualTo(tokenizer.encodePair("The room 1", "was lovelylovely", true).ids());
      EncodedExample alone = encoder.response(0, "here", "The room 1", "was lovelylovely");
      assertThat(alone.ids()).isEqualTo(pair.ids());
      assertThat(alone.segments()).isEqualTo(pair.segments());
    }
  }

  private static RewardSample sample(String prompt, String response) {
    return new RewardSample(
        prompt, response, new Row(JsonNodeFactory.instance.objectNode(), "rows", 1));
  }

  @Test
  void modelIsARewardWhateverSharesItsBatch() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = load();
        BoundModel bound = new BoundModel(base, null, null)) {
      ModelReward reward = new ModelReward(bound, tokenizer, DATA).judging(tokenizer);
      List<RewardSample> samples =
          List.of(
              sample("The room", "was lovely"),
              sample("", "dirty"),
              sample("The room", "was dirty and dirty and dirty and dirty and dirty and dirty"));
      double[] together = reward.scores(samples);
      for (int s = 0; s < together.length; s++) {
        assertThat(reward.scores(samples.subList(s, s + 1))[0])
            .isCloseTo(together[s], within(1e-5));
      }
    }
  }

  /** As many times the time of one are no more than a call of any size may take. */
  @Test
  void callsAreSoSmallThatEachSampleHasItsTime() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = load();
        BoundModel bound = new BoundModel(base, null, null)) {
      ModelReward reward = new ModelReward(bound, tokenizer, DATA);
      assertThat(RewardLimits.DEFAULT.timeout().multipliedBy(reward.batchSize()))
          .isLessThan(Duration.ofMinutes(10));
      List<RewardSample> samples =
          IntStream.range(0, 40).mapToObj(i -> sample("The room " + i, "was lovely")).toList();
      RewardLimits parallel = new RewardLimits(3, Duration.ofMinutes(1), 0);
      try (RewardScorer scorer =
          new RewardScorer(List.of(RewardTerm.of("model", reward)), parallel)) {
        assertThat(scorer.score(samples).totals())
            .containsExactly(reward.scores(samples), within(1e-5));
      }
    }
  }

  private static String logged(Runnable what) {
    PrintStream err = System.err;
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
    try {
      what.run();
    } finally {
      System.setErr(err);
    }
    return said.toString(StandardCharsets.UTF_8);
  }

  /** A policy of bytes and a judge of characters: the text is what both know. */
  @Test
  void anotherTokenizerIsBridgedByTextAndSaid() throws IOException {
    Path policy = SmallModels.write(folder.resolve("policy"), "llama");
    try (Tokenizer own = Tokenizer.load(model);
        Tokenizer others = Tokenizer.load(policy);
        CausalLm base = load();
        BoundModel bound = new BoundModel(base, null, null)) {
      ModelReward reward = new ModelReward(bound, own, DATA);
      assertThat(logged(() -> reward.judging(others)))
          .contains("its tokenizer", "is not the policy's", "handed over as text");
      assertThat(logged(() -> reward.judging(own))).isEmpty();
      String said = "was lovely";
      String through = others.decode(others.encode(said, false).ids(), true);
      assertThat(reward.scores(List.of(sample("The room", through))))
          .containsExactly(reward.scores(List.of(sample("The room", said))));
    }
  }

  /** As in training, and not as the policy's template wrote it. */
  @Test
  void conversationsAreReadByTheJudgesOwnTemplate() throws IOException {
    Path decoder = SmallModels.write(folder.resolve("chat"), "llama");
    Files.writeString(
        decoder.resolve("chat_template.jinja"),
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}"
            + "{% if add_generation_prompt %}<assistant>{% endif %}");
    String asked = "[{\"role\":\"user\",\"content\":\"The room?\"}]";
    String said = "[{\"role\":\"assistant\",\"content\":\"was lovely\"}]";
    Path rows =
        Files.writeString(
            folder.resolve("talk.jsonl"),
            "{\"prompt\":%s,\"chosen\":%s,\"rejected\":%s}\n"
                .formatted(asked, said, said.replace("lovely", "dirty")));
    try (Tokenizer tokenizer = Tokenizer.load(decoder);
        CausalLm base =
            CausalLm.load(decoder, DType.FLOAT32, "cpu", new HeadTask.Regression(), SEED)) {
      RewardEncoder encoder = new RewardEncoder(tokenizer, DATA, base.architecture());
      EncodedExample learned =
          EncodedExamples.all(new DataFiles().open(rows), encoder, DATA).get(0);
      ObjectNode columns = JsonNodeFactory.instance.objectNode();
      columns.set("prompt", new ObjectMapper().readTree(asked));
      Row row = new Row(columns, "rows", 1);
      RewardSample sample = new RewardSample("the policy's way to write it", "was lovely", row);
      assertThat(encoder.response(0, sample).ids()).isEqualTo(learned.ids());
    }
  }

  /** The end of what is longer than it can read does not count, which is told once. */
  @Test
  void textsThatAreCutAreTold() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = load();
        BoundModel bound = new BoundModel(base, null, null)) {
      ModelReward reward =
          new ModelReward(bound, tokenizer, DataConfig.builder().maxLength(16).build());
      List<RewardSample> samples =
          List.of(sample("The room", "was"), sample("The room", "was lovely and lovely"));
      assertThat(logged(() -> reward.scores(samples)))
          .contains("1 of 2 texts fill max_length 16 and may have lost their end");
      assertThat(logged(() -> reward.scores(samples))).isEmpty();
    }
  }

  /** A prompt that leaves no room for an answer does not keep the others from being judged. */
  @Test
  void whatCannotBeReadIsDroppedAndWhy() throws IOException {
    Path decoder = SmallModels.write(folder.resolve("decoder"), "llama");
    List<RewardSample> samples =
        List.of(sample("The room", " is"), sample("x".repeat(40), " is"), sample("", "dirty"));
    try (Tokenizer tokenizer = Tokenizer.load(decoder);
        CausalLm base =
            CausalLm.load(decoder, DType.FLOAT32, "cpu", new HeadTask.Regression(), SEED);
        BoundModel bound = new BoundModel(base, null, null)) {
      ModelReward model = new ModelReward(bound, tokenizer, DATA);
      double[] together = model.scores(samples);
      assertThat(together[1]).isEqualTo(Double.NEGATIVE_INFINITY);
      for (int s : new int[] {0, 2}) {
        assertThat(model.scores(samples.subList(s, s + 1))[0]).isCloseTo(together[s], within(1e-5));
      }
      assertThatThrownBy(() -> model.scores(samples.subList(1, 2)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("nothing of the response is within max_length");
      for (BatchReward reward : List.of(model, RewardEnsemble.mean(List.of(model, model), 1))) {
        RewardTerm term = RewardTerm.of("model", reward).leavingOutNaN();
        try (RewardScorer scorer =
            new RewardScorer(List.of(term), new RewardLimits(1, Duration.ofMinutes(1), 1))) {
          assertThat(scorer.score(samples).dropped())
              .singleElement()
              .satisfies(
                  dropped -> {
                    assertThat(dropped.index()).isEqualTo(1);
                    assertThat(dropped.why()).contains("nothing of the response is within");
                  });
        }
      }
    }
  }

  @Test
  void otherHeadsAndRowsAreRefused() throws IOException {
    HeadTask words = StepwiseReward.TASK;
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32, "cpu", words, SEED);
        CausalLm good = load()) {
      assertThatThrownBy(
              () -> RewardModelLoss.of(tokenizer, base.architecture(), new BradleyTerry(0)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("wanted a head of one number a text");
      Path texts = Files.writeString(folder.resolve("texts.jsonl"), "{\"text\":\"a\"}\n");
      RewardEncoder encoder = new RewardEncoder(tokenizer, DATA, good.architecture());
      assertThatThrownBy(() -> EncodedExamples.all(new DataFiles().open(texts), encoder, DATA))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("chosen + rejected");
      assertThatThrownBy(() -> new PairEvaluation(List.of(), good.architecture()))
          .isInstanceOf(ConfigException.class);
    }
  }

  @Test
  void processRewardModelLearnsWhichStepsAreRight() throws IOException {
    List<String> lines =
        IntStream.range(0, 60)
            .mapToObj(
                i ->
                    "{\"prompt\":\"room %d \",\"completions\":[\"%s\",\"%s\"],\"labels\":[%s,%s]}"
                        .formatted(
                            i,
                            i % 2 == 0 ? "lovely" : "dirty",
                            i % 3 == 0 ? "lovely" : "dirty",
                            i % 2 == 0,
                            i % 3 == 0))
            .toList();
    Path rows = Files.write(folder.resolve("steps.jsonl"), lines);
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32, "cpu", StepwiseReward.TASK, SEED);
        FullRun run =
            new FullTrainer(base, tokenizer, model, training().numTrainEpochs(8).build())
                .data(DATA)
                .loss(StepwiseReward.loss(tokenizer, base.architecture().head(), ".", false))
                .train(new DataFiles().open(rows), folder.resolve("run"))) {
      StepwiseReward least =
          new StepwiseReward(run.model(), tokenizer, DATA, ".", StepwiseReward.Over.LEAST);
      StepwiseReward last =
          new StepwiseReward(run.model(), tokenizer, DATA, ".", StepwiseReward.Over.LAST);
      List<RewardSample> samples =
          List.of(
              sample("room 7 ", "lovely.lovely."),
              sample("room 7 ", "dirty.lovely."),
              sample("room 7 ", "lovely.dirty"));
      double[] worst = least.scores(samples);
      assertThat(worst[0]).isGreaterThan(0.5);
      assertThat(worst[1]).isLessThan(0.5);
      assertThat(worst[2]).isLessThan(0.5);
      List<RewardSample> withNone = List.of(sample("room", "..."), samples.get(0));
      double[] besideNone = least.scores(withNone);
      assertThat(besideNone[0]).isEqualTo(Double.NEGATIVE_INFINITY);
      assertThat(besideNone[1]).isCloseTo(worst[0], within(1e-5));
      double[] ends = last.scores(samples);
      assertThat(ends[1]).isGreaterThan(0.5);
      assertThat(ends[2]).isLessThan(0.5);
      assertThatThrownBy(() -> last.scores(List.of(sample("room", "..."))))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("no step");
    }
  }
}
