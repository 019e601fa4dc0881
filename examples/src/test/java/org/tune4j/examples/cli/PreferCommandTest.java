package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
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
    assertThat(run.err()).contains("step 2  rewards/", "rewards/accuracies");
    String metrics = Files.readString(folder.resolve("dpo/metrics.jsonl"));
    assertThat(metrics).contains("\"rewards/accuracies\"", "\"eval_rewards/margins\"");
    JsonNode config = new ObjectMapper().readTree(folder.resolve("dpo/config.json").toFile());
    assertThat(config.at("/preference/loss_type/0").asText()).isEqualTo("sigmoid");
    assertThat(config.at("/preference/beta").asDouble()).isEqualTo(0.1);
    assertThat(config.at("/data/packing").isMissingNode()).isTrue();
    assertThat(folder.resolve("dpo/report.html"))
        .content()
        .contains("Learning from judged answers", "Margin", "eval_rewards/margins");
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

  /** What it was told can be told again, without what it does not read. */
  @Test
  void chosenAnswersAloneAreLearnedWithoutAReference() {
    CliRun run = prefer("sft", "--loss-type", "sft");
    assertThat(run.code()).as(run.err()).isZero();
    CliRun again =
        CliRun.of(
            "prefer",
            "--config",
            folder.resolve("sft/config.json"),
            "--output",
            folder.resolve("again"));
    assertThat(again.code()).as(again.err()).isZero();
    assertThat(folder.resolve("again/adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("sft/adapter/adapter_model.safetensors"));
  }

  /** What the model says of rows is kept, and is the same in a later run. */
  @Test
  void referencesAreReadOnce() throws IOException {
    Path kept = folder.resolve("reference.safetensors");
    CliRun first = prefer("first", "--ref-log-probs-file", kept);
    assertThat(first.code()).as(first.err()).isZero();
    byte[] made = Files.readAllBytes(kept);
    CliRun second = prefer("second", "--ref-log-probs-file", kept);
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(kept).hasBinaryContent(made);
    CliRun computed = prefer("computed", "--precompute-ref-log-probs");
    assertThat(computed.code()).as(computed.err()).isZero();
    for (String run : List.of("second", "computed")) {
      assertThat(folder.resolve(run + "/adapter/adapter_model.safetensors"))
          .hasSameBinaryContentAs(folder.resolve("first/adapter/adapter_model.safetensors"));
    }
    fails("gone", 1, "--ref-log-probs-file", folder.resolve("gone/x"));
    refused("leave ref_model", "--ref-log-probs-file", kept, "--ref-model", model);
    refused("which are not known before", "--ref-log-probs-file", kept, "--loss-type", "kto");
    refused("was made with base.weights", "--ref-log-probs-file", kept, "--weights", "int8");
    Files.writeString(
        pairs,
        "{\"prompt\":\"And now?\",\"chosen\":\"Good\",\"rejected\":\"Bad\"}\n",
        StandardOpenOption.APPEND);
    fails(
        "is of other rows: 1 of 9 are not in it, the first of them " + pairs + ":9",
        1,
        "--ref-log-probs-file",
        kept);
  }

  /** Ids would mean other words to it. */
  @Test
  void aReferenceWithOtherTokensIsRefused() throws IOException {
    Path other = folder.resolve("other");
    try (Stream<Path> files = Files.list(model)) {
      Files.createDirectory(other);
      for (Path file : files.toList()) {
        Files.copy(file, other.resolve(file.getFileName()));
      }
    }
    ObjectMapper json = new ObjectMapper();
    Path tokenizer = other.resolve("tokenizer.json");
    ObjectNode changed = (ObjectNode) json.readTree(tokenizer.toFile());
    ((ObjectNode) changed.at("/model/vocab")).put("!", 4).put("\"", 3);
    json.writeValue(tokenizer.toFile(), changed);
    refused("the reference's token 3 is \" and", "--ref-model", other);
  }

  @Test
  void pairsOfEqualOrEmptyAnswersAreTold() throws IOException {
    Files.writeString(
        pairs,
        """
        {"prompt":"And now?","chosen":"Good","rejected":"Good"}
        {"prompt":"And then?","chosen":"Bad","rejected":""}
        """,
        StandardOpenOption.APPEND);
    CliRun run = prefer("told");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.err())
        .contains("1 of 10 rows (10 %) have the same answer twice", "1 row without completion");
  }

  @Test
  void answersThatAreJudgedAloneAreForKto() throws IOException {
    List<String> rows = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      rows.add(
          "{\"prompt\":\"How is day %d?\",\"completion\":\"Fine\",\"label\":%b}"
              .formatted(i, i % 2 == 0));
    }
    Files.write(pairs, rows);
    for (String loss : List.of("sigmoid", "aot_unpaired", "orpo", "cpo", "simpo")) {
      fails("wanted are chosen and rejected, or loss_type kto", 1, "--loss-type", loss);
      assertThat(folder.resolve("refused/adapter")).doesNotExist();
    }
    for (String loss : List.of("kto", "apo_zero_unpaired")) {
      CliRun run = prefer(loss, "--loss-type", loss);
      assertThat(run.code()).as(run.err()).isZero();
    }
  }

  private void refused(String why, Object... options) {
    fails(why, 2, options);
  }

  private void fails(String why, int code, Object... options) {
    CliRun run = prefer("refused", options);
    assertThat(run.err()).contains(why);
    assertThat(run.code()).isEqualTo(code);
  }

  @Test
  void whatDoesNotBelongTogetherIsRefused() {
    refused("loss_type: sigmoidd is none; the nearest is sigmoid", "--loss-type", "sigmoidd");
    refused("kto stands alone", "--loss-type", "sigmoid,kto");
    refused("simpo_gamma does not go with loss_type sigmoid", "--simpo-gamma", "1");
    refused("ref_model does not go with loss_type orpo", "--loss-type", "orpo", "--ref-model", "x");
    refused("ref_model does not go with reference_free", "--reference-free", "--ref-model", "x");
    refused("label_smoothing", "--loss-type", "hinge", "--label-smoothing", "0.1");
    refused("loss_weights: wanted numbers", "--loss-weights", "many");
    refused("discopop_tau needs loss_type discopop", "--discopop-tau", "0.1");
    refused("f_alpha_divergence_coef needs", "--f-alpha-divergence-coef", "0.7");
    refused(
        "simpo_gamma does not go with loss_type cpo", "--loss-type", "cpo", "--simpo-gamma", "1");
    refused("Unknown options: '--add-tokens'", "--add-tokens", "<new>");
    refused("beta does not go with loss_type sft", "--loss-type", "sft", "--beta", "0.2");
    refused("sft alone does not look at", "--loss-type", "sft", "--ld-alpha", "0.5");
    refused("sft alone has no reference", "--loss-type", "sft", "--reference-free");
    refused("ref_model does not go with loss_type sft", "--loss-type", "sft", "--ref-model", "x");
    refused("keep one", "--ref-model", model, "--precompute-ref-log-probs");
  }
}
