package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.ResumeContract;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;

/** Runs of every kind of method, stopped after each step and gone on with, in bf16. */
class PeftResumeTest {
  @TempDir Path folder;

  static Stream<WeightMethod> methods() {
    LoraConfig.Builder lora =
        LoraConfig.builder().r(4).loraDropout(0.2).targetModules("all-linear");
    TargetModules linear = new TargetModules.AllLinear();
    return Stream.of(
        lora.useDora(true).build(),
        lora.useDora(false).initLoraWeights(LoraConfig.Init.PISSA).build(),
        lora.initLoraWeights(LoraConfig.Init.OLORA).trainableTokenIndices(32, 58).build(),
        new Ia3Config(),
        new VeraConfig(
            8, linear, 1, true, 0.2, 0.1, VeraConfig.Bias.NONE, List.of(), List.of(), true),
        new LokrConfig(
            new TargetLayers(linear),
            new Lycoris(1, 4, Map.of(), Map.of(), 0.2, 0.2),
            true,
            -1,
            true,
            LokrConfig.Init.TRUE),
        new OftConfig(8, linear),
        new MissConfig(new TargetLayers(linear), 4, 0.2, 1, "none", MissConfig.Init.TRUE),
        new AdaloraConfig(
            new TargetLayers(linear),
            4,
            2,
            8,
            0.2,
            new AdaloraConfig.Schedule(ResumeContract.STEPS, 0, 1, 1),
            0.85,
            0.85,
            0.5,
            "none",
            true,
            Map.of()),
        new LnTuningConfig(),
        new TrainableTokensConfig(32, 58, 33));
  }

  @ParameterizedTest
  @MethodSource("methods")
  void passesTheContract(WeightMethod method) throws IOException {
    ExampleSource rows = new DataFiles().open(TinyBase.rows(folder.resolve("rows.jsonl"), 40));
    TrainConfig config =
        TrainConfig.builder()
            .learningRate(5e-2)
            .perDeviceTrainBatchSize(2)
            .gradientAccumulationSteps(2)
            .recompute(Recompute.BLOCKS)
            .maxSteps(ResumeContract.STEPS)
            .saveSteps(1)
            .seed(17)
            .build();
    DataConfig data = DataConfig.builder().maxLength(24).preflightAllow("duplicates").build();
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
        CausalLm base = TinyBase.model("llama", true, DType.BFLOAT16)) {
      ResumeContract.check(
          folder.resolve("runs"),
          (run, stopAfter) -> {
            PeftTrainer trainer =
                new PeftTrainer(base, tokenizer, method, config).data(data).resume(true);
            try (PeftRun result =
                trainer.listener(new StopAfter(stopAfter, trainer::cancel)).train(rows, run)) {
              assertThat(result.weights().parameters()).isPositive();
            }
          });
    }
  }
}
