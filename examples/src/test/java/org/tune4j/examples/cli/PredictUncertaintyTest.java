package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.tensor.DType;

/** How uncertain a trained head is: several adapters, and one that is asked with dropout on. */
class PredictUncertaintyTest {
  @TempDir private static Path folder;
  private static Path model;
  private static Path asked;
  private static final List<Path> ADAPTERS = new ArrayList<>();

  /** Three adapters, trained from other seeds, the second one without dropout. */
  @BeforeAll
  static void train() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      boolean good = i % 2 == 0;
      lines.add(
          "{\"text\":\"Room %d was %s\",\"label\":\"%s\"}"
              .formatted(i * 7 % 90, good ? "lovely" : "dirty", good ? "good" : "bad"));
    }
    Path rows = Files.write(folder.resolve("rows.jsonl"), lines);
    for (int seed = 1; seed <= 3; seed++) {
      Path run = folder.resolve("run-" + seed);
      CliRun trained =
          CliRun.of(
              "classify",
              "--model",
              model,
              "--data",
              rows,
              "--output",
              run,
              "--precision",
              "fp32",
              "--learning-rate",
              "1e-2",
              "--max-steps",
              "8",
              "--target-modules",
              "all-linear",
              "--lora-dropout",
              seed == 2 ? "0" : "0.3",
              "--seed",
              seed);
      assertThat(trained.code()).as(trained.err()).isZero();
      ADAPTERS.add(run.resolve("adapter"));
    }
    asked =
        Files.write(
            folder.resolve("asked.jsonl"),
            List.of(
                "{\"text\":\"Room 3 was dirty\"}",
                "{\"text\":\"Room 8 was lovely\"}",
                "{\"text\":\"Quite another thing\"}"));
  }

  private static CliRun predict(Object... more) {
    List<Object> call =
        new ArrayList<>(List.of("predict", "--model", model, "--data", asked, "--precision"));
    call.add("fp32");
    call.addAll(Arrays.asList(more));
    return CliRun.of(call.toArray());
  }

  private static List<JsonNode> lines(Object... more) {
    CliRun run = predict(more);
    assertThat(run.code()).as(run.err()).isZero();
    return run.json();
  }

  private static void assertUncertain(JsonNode line) {
    double predictive = line.path("predictive_entropy").doubleValue();
    double mutual = line.path("mutual_information").doubleValue();
    assertThat(predictive).isBetween(0.0, Math.log(2) + 1e-9);
    assertThat(mutual).isPositive();
    assertThat(line.path("expected_entropy").doubleValue())
        .isCloseTo(predictive - mutual, within(1e-12));
    double p = line.at("/scores/good").doubleValue();
    assertThat(line.at("/scores/bad").doubleValue()).isCloseTo(1 - p, within(1e-6));
    assertThat(-p * Math.log(p) - (1 - p) * Math.log(1 - p)).isCloseTo(predictive, within(1e-5));
  }

  @Test
  void passesWithDropoutSayHowUncertainTheModelIs() {
    Object[] call = {"--adapter", ADAPTERS.get(0), "--mc-dropout", 12, "--json"};
    List<JsonNode> lines = lines(call);
    assertThat(lines).hasSize(3);
    lines.forEach(PredictUncertaintyTest::assertUncertain);
    assertThat(lines.get(0).path("label").textValue()).isEqualTo("bad");
    assertThat(lines.get(1).path("label").textValue()).isEqualTo("good");
    assertThat(lines(call)).isEqualTo(lines);
    Object[] other = Arrays.copyOf(call, call.length + 2);
    other[call.length] = "--seed";
    other[call.length + 1] = 3;
    assertThat(lines(other)).isNotEqualTo(lines);
  }

  @Test
  void severalAdaptersAreADeepEnsemble() {
    String all = ADAPTERS.get(0) + "," + ADAPTERS.get(1) + "," + ADAPTERS.get(2);
    List<JsonNode> lines = lines("--adapter", all, "--json");
    lines.forEach(PredictUncertaintyTest::assertUncertain);
    double mean = 0;
    for (Path adapter : ADAPTERS) {
      mean += lines("--adapter", adapter, "--json").get(2).at("/scores/good").doubleValue() / 3;
    }
    assertThat(lines.get(2).at("/scores/good").doubleValue()).isCloseTo(mean, within(1e-6));
    assertThat(predict("--adapter", all).out().lines().limit(2)).containsExactly("bad", "good");
    List<JsonNode> cold = lines("--adapter", all, "--json", "--temperature", "1e6");
    assertThat(cold.get(0).path("predictive_entropy").doubleValue())
        .isCloseTo(Math.log(2), within(1e-4));
  }

  @Test
  void whatCannotBeMeantIsRefused() throws IOException {
    CliRun still = predict("--adapter", ADAPTERS.get(1), "--mc-dropout", 5);
    assertThat(still.code()).isEqualTo(2);
    assertThat(still.err()).contains("lora_dropout above 0");
    String both = ADAPTERS.get(0) + "," + ADAPTERS.get(2);
    assertThat(predict("--adapter", both, "--mc-dropout", 5).err()).contains("do not go together");
    assertThat(predict("--adapter", ADAPTERS.get(0), "--mc-dropout", 1).err())
        .contains("at least 2 members, found 1");
    assertThat(predict("--adapter", ADAPTERS.get(0), "--temperature", 2).err())
        .contains("temperature: goes with");
    assertThat(predict("--adapter", ADAPTERS.get(0), "--seed", 2).err()).contains("seed: nothing");
    Path other = Files.createDirectory(folder.resolve("other"));
    for (String file : List.of("adapter_config.json", "adapter_model.safetensors")) {
      Files.copy(ADAPTERS.get(2).resolve(file), other.resolve(file));
    }
    Files.writeString(
        other.resolve("head.json"),
        Files.readString(ADAPTERS.get(2).resolve("head.json")).replace("bad", "awful"));
    CliRun unequal = predict("--adapter", ADAPTERS.get(0) + "," + other);
    assertThat(unequal.code()).isEqualTo(2);
    assertThat(unequal.err()).contains("other: says something else than");
  }
}
