package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.adapt.TargetModules;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.lora.AdaloraConfig;
import org.tune4j.lora.PeftModel;
import org.tune4j.rlhf.ppo.PpoConfig;
import org.tune4j.rlhf.ppo.PpoRun;
import org.tune4j.rlhf.ppo.PpoTrainer;
import org.tune4j.rlhf.rollout.ResponseScorer;

/** A policy whose method has a say in loss and updates. */
class PpoMethodTest {
  @TempDir private Path folder;

  @Test
  void ranksOfAdaloraFallAsAPolicyLearns() throws IOException {
    AdaloraConfig adalora = new AdaloraConfig(8, TargetModules.of("q_proj", "v_proj"));
    PpoConfig ppo = PpoConfig.builder().responseLength(4).temperature(1).numPpoEpochs(2).build();
    TrainConfig training =
        TrainConfig.builder()
            .learningRate(1e-3)
            .perDeviceTrainBatchSize(2)
            .numTrainEpochs(4)
            .build();
    ResponseScorer length =
        (prompts, responses) -> responses.stream().mapToDouble(String::length).toArray();
    Path model = RandomDemo.model(folder, DType.FLOAT32);
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32);
        PpoRun run =
            new PpoTrainer(
                    base,
                    tokenizer,
                    (of, seed, besides) -> PeftModel.create(of, adalora, seed, besides),
                    training,
                    ppo)
                .data(DataConfig.builder().maxLength(64).build())
                .train(
                    ExampleSource.of(
                        List.of(Map.of("prompt", "The room"), Map.of("prompt", "A shop")), "rows"),
                    length,
                    folder.resolve("run"))) {
      assertThat(run.result().steps()).isEqualTo(8);
      TrainableTensors weights = run.policy().weights();
      int kept = 0;
      int all = 0;
      for (Trainable each : weights.all()) {
        if (each.slot().name().endsWith("lora_E")) {
          for (float value : weights.values(each.slot())) {
            kept += value == 0 ? 0 : 1;
            all++;
          }
        }
      }
      // Two of three: target_r 8 of init_r 12. All learned something before.
      assertThat(kept).isEqualTo(all * 8 / 12);
    }
  }
}
