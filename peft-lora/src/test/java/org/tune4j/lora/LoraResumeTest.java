package org.tune4j.lora;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.WeightAnchor;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.ResumeContract;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;

/**
 * LoRA runs with dropout, accumulation and packing, some held by Fisher information and with noise
 * on the vectors of words, stopped after each step.
 */
class LoraResumeTest {
  private static final int SEED = 17;
  @TempDir Path folder;

  /** One way to train with LoRA. */
  private record Variant(DType dtype, Recompute recompute, LoraConfig lora, boolean ewc) {}

  static List<Variant> variants() {
    LoraConfig.Builder lora =
        LoraConfig.builder().r(4).loraDropout(0.2).targetModules("all-linear");
    return List.of(
        new Variant(DType.FLOAT32, Recompute.NONE, lora.build(), false),
        new Variant(DType.BFLOAT16, Recompute.BLOCKS, lora.build(), true),
        new Variant(DType.FLOAT16, Recompute.NONE, lora.build(), false),
        new Variant(
            DType.FLOAT32,
            Recompute.BLOCKS,
            lora.modulesToSave("lm_head").useRslora(true).bias(LoraConfig.Bias.NONE).build(),
            false));
  }

  @ParameterizedTest
  @MethodSource("variants")
  void passesTheContract(Variant variant) throws IOException {
    ExampleSource rows = new DataFiles().open(TinyBase.rows(folder.resolve("rows.jsonl"), 40));
    TrainConfig config =
        TrainConfig.builder()
            .learningRate(2e-2)
            .perDeviceTrainBatchSize(2)
            .gradientAccumulationSteps(3)
            .recompute(variant.recompute())
            .maxSteps(ResumeContract.STEPS)
            .saveSteps(1)
            .neftuneNoiseAlpha(variant.ewc() ? 5 : 0)
            .seed(SEED)
            .build();
    DataConfig data =
        DataConfig.builder()
            .maxLength(24)
            .packing(Packing.BEST_FIT)
            .preflightAllow("duplicates")
            .build();
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
        CausalLm base = TinyBase.model("llama", false, variant.dtype())) {
      Path fisher = folder.resolve("fisher.safetensors");
      measure(base, variant.lora(), fisher);
      ResumeContract.check(
          folder.resolve("runs"),
          (run, stopAfter) -> {
            LoraTrainer trainer =
                new LoraTrainer(base, tokenizer, variant.lora(), config).data(data).resume(true);
            if (variant.ewc()) {
              trainer.ewc(fisher, 10);
            }
            trainer.listener(new StopAfter(stopAfter, trainer::cancel)).train(rows, run).close();
          });
    }
  }

  /** Of the adapter that the runs start from. */
  private static void measure(CausalLm base, LoraConfig lora, Path file) {
    EncodedExample old = new EncodedExample(0, "old", new int[] {7, 8, 9}, new int[] {7, 8, 9});
    try (Lora start = Lora.create(base, lora, SEED);
        WeightAnchor anchor =
            WeightAnchor.measure(
                start.model(),
                start.weights(),
                new CausalLmObjective(),
                List.of(old),
                base.scope())) {
      anchor.write(file);
    }
  }
}
