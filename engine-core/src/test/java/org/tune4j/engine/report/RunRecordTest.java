package org.tune4j.engine.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.Manifest;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.Versions;

class RunRecordTest {
  private static final String SHA256_OF_ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @TempDir Path folder;
  private Path run;
  private Path base;
  private Path data;

  @BeforeEach
  void files() throws IOException {
    run = folder.resolve("run");
    base = Files.createDirectory(folder.resolve("base"));
    data = Files.writeString(folder.resolve("rows.jsonl"), "abc");
    Files.writeString(base.resolve("config.json"), "{}");
    Files.writeString(base.resolve("model-00001-of-00002.safetensors"), "1");
    Files.writeString(base.resolve("model-00002-of-00002.safetensors"), "2");
    Files.writeString(base.resolve("tokenizer.json"), "{}");
    Files.writeString(base.resolve("README.md"), "not a part of the numbers");
    Path adapter = Files.createDirectories(run.resolve("adapter"));
    Files.writeString(adapter.resolve("adapter_config.json"), "{}");
    Files.writeString(adapter.resolve("adapter_model.safetensors"), "abc");
  }

  @Test
  void everythingThatWentInAndCameOutIsHashed() {
    RunRecord.writeConfig(run, Map.of("model", "base"));
    RunRecord record = RunRecord.of(run, base, List.of(data), run.resolve("adapter"));
    record.writeTo(run);
    assertThat(record.base().path()).isEqualTo(base.toString());
    assertThat(record.base().files())
        .extracting(Manifest.Entry::name)
        .containsExactly(
            "config.json",
            "model-00001-of-00002.safetensors",
            "model-00002-of-00002.safetensors",
            "tokenizer.json");
    assertThat(record.data().get(0).files())
        .containsExactly(new Manifest.Entry("rows.jsonl", 3, SHA256_OF_ABC));
    assertThat(record.config().files()).extracting(Manifest.Entry::name).contains("config.json");
    assertThat(record.result().files())
        .contains(new Manifest.Entry("adapter_model.safetensors", 3, SHA256_OF_ABC));
    assertThat(RunRecord.read(run)).contains(record);
  }

  @Test
  void versionsSayWhatRan() {
    assertThat(Versions.current())
        .containsEntry("java", System.getProperty("java.runtime.version"))
        .hasEntrySatisfying("tune4j", version -> assertThat(version).matches("\\d+\\.\\d+.*"))
        .hasEntrySatisfying("libtorch", version -> assertThat(version).matches("\\d+\\.\\d+.*"))
        .containsKeys("java_vendor", "os", "arch", "processors");
  }

  @Test
  void configurationHasTheNamesOfTheFieldAndTheThreads() throws IOException {
    TrainConfig config =
        TrainConfig.builder().learningRate(0.5).lrSchedulerType(Schedule.Type.COSINE).build();
    RunRecord.writeConfig(run, Map.of("training", config));
    JsonNode json = new ObjectMapper().readTree(run.resolve("config.json").toFile());
    assertThat(json.at("/training/learning_rate").asDouble()).isEqualTo(0.5);
    assertThat(json.at("/training/lr_scheduler_type").asText()).isEqualTo("cosine");
    assertThat(json.path("threads").asInt()).isEqualTo(NativeGate.threads());
    assertThat(RunRecord.readConfig(run)).get().extracting("threads").isNotNull();
  }

  @Test
  void aRunWithoutResultIsARunToo() {
    RunRecord.writeConfig(run, Map.of());
    RunRecord.of(run, base, List.of(data), null).writeTo(run);
    assertThat(RunRecord.read(run)).get().extracting(RunRecord::result).isNull();
  }

  @Test
  void whatIsMissingOrBrokenIsNamed() throws IOException {
    assertThat(RunRecord.read(run)).isEmpty();
    assertThat(RunRecord.readConfig(run)).isEmpty();
    assertThatThrownBy(() -> RunRecord.of(run, base, List.of(data), null))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("config.json");
    Files.writeString(run.resolve("run.json"), "{\"versions\":");
    assertThatThrownBy(() -> RunRecord.read(run))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("run.json");
  }
}
