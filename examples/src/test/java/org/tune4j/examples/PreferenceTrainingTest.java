package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.ResumeContract;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.Trainer;
import org.tune4j.full.FullTrainer;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.LoraTrainer;
import org.tune4j.prefix.PrefixTuningConfig;
import org.tune4j.prefix.PromptTrainer;
import org.tune4j.rlhf.preference.CpoConfig;
import org.tune4j.rlhf.preference.CpoLoss;
import org.tune4j.rlhf.preference.DpoConfig;
import org.tune4j.rlhf.preference.DpoLoss;
import org.tune4j.rlhf.preference.KtoConfig;
import org.tune4j.rlhf.preference.KtoLoss;
import org.tune4j.rlhf.preference.OrpoLoss;
import org.tune4j.rlhf.preference.PreferenceLoss;
import org.tune4j.rlhf.preference.PreferenceOrder;
import org.tune4j.rlhf.preference.Reference;

/** Whole runs of preference learning on a small random model. */
class PreferenceTrainingTest {
  private static final List<String> GOOD = List.of("yes, gladly", "of course", "here you are");
  private static final List<String> BAD = List.of("no", "never ever", "go away now");
  private static final DataConfig DATA =
      DataConfig.builder()
          .maxLength(64)
          .preflightAllow("duplicates", "near_duplicates", "conflicts")
          .build();

  @TempDir private Path folder;
  private Path model;
  private ExampleSource pairs;
  private ExampleSource rated;

  @BeforeEach
  void files() throws IOException {
    model = SmallModels.write(folder.resolve("model"), "llama");
    List<String> both = new ArrayList<>();
    List<String> single = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      String prompt = "Question " + i + ": may I? ";
      String good = GOOD.get(i % 3);
      String bad = BAD.get(i / 3 % 3);
      ObjectMapper json = new ObjectMapper();
      both.add(json.writeValueAsString(Map.of("prompt", prompt, "chosen", good, "rejected", bad)));
      single.add(
          json.writeValueAsString(
              Map.of(
                  "prompt", prompt, "completion", i % 2 == 0 ? good : bad, "label", i % 2 == 0)));
    }
    pairs = new DataFiles().open(Files.write(folder.resolve("pairs.jsonl"), both));
    rated = new DataFiles().open(Files.write(folder.resolve("rated.jsonl"), single));
  }

  private static TrainConfig.Builder training() {
    return TrainConfig.builder()
        .learningRate(1e-2)
        .perDeviceTrainBatchSize(2)
        .gradientAccumulationSteps(2)
        .maxSteps(ResumeContract.STEPS)
        .saveSteps(1)
        .seed(17);
  }

  private static final LoraConfig LORA =
      LoraConfig.builder().r(4).loraDropout(0.2).targetModules("all-linear").build();

  private static PreferenceLoss loss(String name) {
    return switch (name) {
      case "kto" -> new KtoLoss(KtoConfig.DEFAULT);
      case "orpo" -> new OrpoLoss(0.5);
      case "simpo" -> new CpoLoss(CpoConfig.of(CpoConfig.Type.SIMPO, 2));
      default -> new DpoLoss(DpoConfig.DEFAULT);
    };
  }

  /** What a run tells besides its loss. */
  private static final class Told implements RunListener {
    private final List<Map<String, Double>> figures = new ArrayList<>();
    private final List<StepResult> steps = new ArrayList<>();

    @Override
    public void onMetrics(long step, Map<String, Double> values) {
      figures.add(values);
    }

    @Override
    public void onStep(StepResult result) {
      steps.add(result);
    }

    private double last(String name) {
      return figures.get(figures.size() - 1).get(name);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dpo", "kto", "orpo", "simpo"})
  void itLearnsToPrefer(String name) throws IOException {
    Told told = new Told();
    Path run = folder.resolve("run");
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      new LoraTrainer(base, tokenizer, LORA, training().maxSteps(30).saveSteps(0).build())
          .data(DATA)
          .loss(PreferenceOrder.of(loss(name)))
          .listener(told)
          .train(name.equals("kto") ? rated : pairs, run)
          .close();
    }
    assertThat(told.figures).hasSize(30);
    double first = told.steps.get(0).loss();
    assertThat(told.steps.get(29).loss()).isLessThan(first);
    assertThat(told.last("rewards/margins")).isPositive();
    if (name.equals("dpo")) {
      assertThat(first).isCloseTo(Math.log(2), within(1e-6));
      assertThat(told.last("rewards/accuracies")).isEqualTo(1);
      assertThat(told.steps.get(29).loss()).isLessThan(0.5 * first);
    }
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(run.resolve("metrics.jsonl"))) {
      lines.add(new ObjectMapper().readTree(line));
    }
    assertThat(lines.get(59).get("step").asInt()).isEqualTo(30);
    assertThat(lines.get(59).get("rewards/margins").asDouble())
        .isEqualTo(told.last("rewards/margins"));
  }

  /** With an adapter the reference is the bare model; with all weights what was there at first. */
  @ParameterizedTest
  @ValueSource(strings = {"dpo full", "kto lora", "dpo bf16", "dpo kept"})
  void aRunThatGoesOnWritesTheSameBytes(String variant) throws IOException {
    boolean full = variant.endsWith("full");
    DType dtype = variant.endsWith("bf16") ? DType.BFLOAT16 : DType.FLOAT32;
    String name = variant.split(" ")[0];
    Reference reference = new Reference.Kept(folder.resolve("reference"));
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      ResumeContract.check(
          folder.resolve("runs"),
          (run, stopAfter) -> {
            TrainConfig config =
                training()
                    .learningRate(1e-3)
                    .recompute(full ? Recompute.BLOCKS : Recompute.NONE)
                    .build();
            try (CausalLm base = CausalLm.load(model, dtype)) {
              Trainer<?, ?> trainer =
                  full
                      ? new FullTrainer(base, tokenizer, model, config)
                      : new LoraTrainer(base, tokenizer, LORA, config);
              trainer.data(DATA).resume(true);
              trainer.loss(
                  variant.endsWith("kept")
                      ? PreferenceOrder.of(loss(name), reference)
                      : PreferenceOrder.of(loss(name)));
              trainer
                  .listener(new StopAfter(stopAfter, trainer::cancel))
                  .train(name.equals("kto") ? rated : pairs, run)
                  .close();
            }
          });
    }
  }

  @Test
  void whatIsKeptOfTheStartIsTheBareModel() throws IOException {
    List<Double> bare = losses(Reference.BASE, folder.resolve("bare"));
    List<Double> kept = losses(Reference.START, folder.resolve("kept"));
    assertThat(kept).hasSameSizeAs(bare);
    for (int s = 0; s < bare.size(); s++) {
      assertThat(kept.get(s)).isCloseTo(bare.get(s), within(1e-5));
    }
    Path file = folder.resolve("reference");
    for (String run : List.of("made", "read")) {
      assertThat(losses(new Reference.Kept(file), folder.resolve(run))).isEqualTo(kept);
    }
    try (CausalLm other = CausalLm.load(model, DType.FLOAT32)) {
      assertThat(losses(new Reference.Model(other), folder.resolve("other"))).isEqualTo(bare);
    }
  }

  private List<Double> losses(Reference reference, Path run) {
    Told told = new Told();
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      new LoraTrainer(base, tokenizer, LORA, training().maxSteps(5).saveSteps(0).build())
          .data(DATA)
          .loss(PreferenceOrder.of(loss("dpo"), reference))
          .listener(told)
          .train(pairs, run)
          .close();
    }
    return told.steps.stream().map(StepResult::loss).toList();
  }

  @Test
  void whatCannotBeLearnedSoIsRefusedBeforeAnythingIsDone() {
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      refused(
          new PromptTrainer(base, tokenizer, new PrefixTuningConfig(3), training().build())
              .loss(PreferenceOrder.of(loss("dpo"))),
          "virtual tokens");
      refused(
          new FullTrainer(base, tokenizer, model, training().build())
              .loss(PreferenceOrder.of(loss("dpo"), Reference.BASE)),
          "is none without its adapter");
      refused(
          new FullTrainer(base, tokenizer, model, training().build())
              .loss(PreferenceOrder.of(loss("kto"))),
          "which are not known before");
      refused(
          new LoraTrainer(base, tokenizer, LORA, training().perDeviceTrainBatchSize(1).build())
              .loss(PreferenceOrder.of(loss("kto"))),
          "per_device_train_batch_size = 1");
      refused(
          new LoraTrainer(base, tokenizer, LORA, training().labelSmoothingFactor(0.1).build())
              .loss(PreferenceOrder.of(loss("dpo"))),
          "label_smoothing_factor");
      refused(
          new LoraTrainer(base, tokenizer, LORA, training().lossChunkSize(64).build())
              .loss(PreferenceOrder.of(loss("dpo"))),
          "loss_chunk_size");
    }
  }

  private void refused(Trainer<?, ?> trainer, String why) {
    assertThatThrownBy(() -> trainer.train(pairs, folder.resolve("refused")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(why);
  }
}
