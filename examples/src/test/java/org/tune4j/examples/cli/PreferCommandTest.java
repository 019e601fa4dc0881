package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.tensor.DType;

/** {@code tune4j prefer}. */
class PreferCommandTest {
  @TempDir private Path folder;
  private Path model;
  private Path pairs;

  @BeforeEach
  void files() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      rows.add(
          new ObjectMapper()
              .writeValueAsString(
                  Map.of(
                      "prompt", "How is day " + i + "?",
                      "chosen", "Sunny and warm",
                      "rejected", "Rain, number " + i)));
    }
    pairs = Files.write(folder.resolve("pairs.jsonl"), rows);
  }

  private CliRun prefer(String run, Object... options) {
    List<Object> call =
        new ArrayList<>(
            List.of(
                "prefer",
                "--model",
                model,
                "--data",
                pairs,
                "--output",
                folder.resolve(run),
                "--precision",
                "fp32",
                "--max-steps",
                "2",
                "--per-device-train-batch-size",
                "4",
                "--learning-rate",
                "1e-3",
                "--preflight-allow",
                "duplicates,near_duplicates,conflicts,overlap"));
    call.addAll(Arrays.asList(options));
    return CliRun.of(call.toArray());
  }

  @Test
  void pairsAreLearnedAndMeasured() throws IOException {
    CliRun run = prefer("dpo", "--eval-data", pairs, "--eval-steps", "2");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(folder.resolve("dpo/adapter/adapter_model.safetensors")).exists();
    String metrics = Files.readString(folder.resolve("dpo/metrics.jsonl"));
    assertThat(metrics).contains("\"rewards/accuracies\"", "\"eval_rewards/margins\"");
    JsonNode config = new ObjectMapper().readTree(folder.resolve("dpo/config.json").toFile());
    assertThat(config.at("/preference/loss_type/0").asText()).isEqualTo("sigmoid");
    assertThat(config.at("/preference/beta").asDouble()).isEqualTo(0.1);
    assertThat(config.at("/data/packing").isMissingNode()).isTrue();
    CliRun again =
        CliRun.of(
            "prefer",
            "--config",
            folder.resolve("dpo/config.json"),
            "--output",
            folder.resolve("again"));
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(folder.resolve("again/adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("dpo/adapter/adapter_model.safetensors"));
  }

  @Test
  void eachKindOfLossAndReferenceRuns() {
    List<List<Object>> calls =
        List.of(
            List.of("--loss-type", "sigmoid,sft", "--loss-weights", "1,0.5"),
            List.of("--loss-type", "kto", "--undesirable-weight", "1.3"),
            List.of("--loss-type", "orpo"),
            List.of("--loss-type", "simpo", "--simpo-gamma", "1"),
            List.of("--ref-model", model),
            List.of("--method", "full"),
            List.of("--precompute-ref-log-probs"));
    for (int i = 0; i < calls.size(); i++) {
      CliRun run = prefer("run" + i, calls.get(i).toArray());
      assertThat(run.code()).as(calls.get(i) + run.err()).isZero();
    }
  }

  private void refused(String why, Object... options) {
    CliRun run = prefer("refused", options);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(why);
  }

  @Test
  void whatDoesNotBelongTogetherIsRefused() {
    refused("loss_type: sigmoidd is none; the nearest is sigmoid", "--loss-type", "sigmoidd");
    refused("kto stands alone", "--loss-type", "sigmoid,kto");
    refused("simpo_gamma does not go with loss_type sigmoid", "--simpo-gamma", "1");
    refused("ref_model does not go with loss_type orpo", "--loss-type", "orpo", "--ref-model", "x");
    refused("label_smoothing", "--loss-type", "hinge", "--label-smoothing", "0.1");
    refused("loss_weights: wanted numbers", "--loss-weights", "many");
    refused("keep one", "--ref-model", model, "--precompute-ref-log-probs");
  }
}
