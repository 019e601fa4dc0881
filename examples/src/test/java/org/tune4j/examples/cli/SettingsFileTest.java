package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;

/** Configuration files: flat, in groups, other names, and what is wrong with some. */
class SettingsFileTest {
  @TempDir private Path folder;
  private final List<String> notes = new ArrayList<>();

  private Map<String, Settings.Value> read(String yaml) throws IOException {
    Path file = Files.writeString(folder.resolve("run.yaml"), yaml);
    return SettingsFile.read(file, SftSettings.TABLE, notes::add);
  }

  private void assertRefused(String yaml, String... parts) {
    assertThatThrownBy(() -> read(yaml))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("run.yaml")
        .hasMessageContainingAll(parts);
  }

  @Test
  void takesFlatKeys() throws IOException {
    assertThat(read("r: 4\nlearning_rate: 1e-4\ndata: rows.jsonl\n"))
        .containsOnlyKeys("r", "learning_rate", "data");
  }

  @Test
  void takesGroups() throws IOException {
    String grouped =
        "lora:\n  r: 4\ntrain:\n  learning_rate: 0.1\ndata:\n  data: rows.jsonl\nthreads: 2\n";
    assertThat(read(grouped)).containsOnlyKeys("r", "learning_rate", "data", "threads");
  }

  @Test
  void takesJson() throws IOException {
    assertThat(read("{\"r\": 4, \"target_modules\": [\"q_proj\"]}"))
        .containsOnlyKeys("r", "target_modules");
  }

  @Test
  void leavesNullsOut() throws IOException {
    assertThat(read("r: 4\nexclude_modules: null\nsave_total_limit:\n")).containsOnlyKeys("r");
  }

  @ParameterizedTest
  @CsvSource({
    "max_seq_length, max_length",
    "lora_r, r",
    "lora_rank, r",
    "lora_target_modules, target_modules",
    "lora_target_parameters, target_parameters",
    "lora_modules_to_save, modules_to_save",
    "evaluation_strategy, eval_strategy",
    "gradient_checkpointing, recompute",
    "torch_dtype, precision",
    "dtype, precision",
    "dataset_name, data",
    "model_name_or_path, model",
    "output_dir, output",
    "per_gpu_train_batch_size, per_device_train_batch_size",
    "resume_from_checkpoint, resume"
  })
  void takesOtherNamesWithANote(String other, String name) throws IOException {
    assertThat(SettingAliases.TABLE).containsEntry(other, name);
    assertThat(read(other + ": 8\n")).containsOnlyKeys(name);
    assertThat(notes).singleElement().asString().contains("run.yaml", other, name);
  }

  @Test
  void everyOtherNameMeansASettingAndIsNone() {
    List<String> names =
        Stream.of(
                SftSettings.TABLE, GenerationSettings.with(), PpoSettings.TABLE, GrpoSettings.TABLE)
            .flatMap(List::stream)
            .map(Setting::name)
            .toList();
    assertThat(names).containsAll(SettingAliases.TABLE.values());
    assertThat(SettingAliases.TABLE).hasSize(31);
    assertThat(names).doesNotContainAnyElementsOf(SettingAliases.TABLE.keySet());
  }

  @Test
  void refusesUnknownKeysWithTheNearest() {
    assertRefused("lora_alhpa: 3\n", "unknown key lora_alhpa", "lora_alpha");
    assertRefused("lora:\n  rr: 3\n", "unknown key lora.rr", "nearest is r");
    assertRefused("optimiser:\n  r: 3\n", "unknown key optimiser");
  }

  @Test
  void refusesAKeyInAnotherGroup() {
    assertRefused("lora:\n  learning_rate: 1\n", "lora.learning_rate", "under train");
  }

  @Test
  void refusesTwoValuesForOneThing() {
    assertRefused("r: 3\nlora:\n  r: 4\n", "lora.r", "keep one");
    assertRefused("lora_r: 3\nr: 4\n", "set the same thing, r");
    assertRefused("r: 3\nr: 4\n", "no valid YAML", "Duplicate");
  }

  @Test
  void refusesWhatIsNoMapping() {
    assertRefused("- r\n", "wanted keys with values", "array");
    assertRefused("r: [1\n", "no valid YAML", "line");
    assertRefused("", "wanted keys with values");
  }

  @Test
  void refusesAMissingFile() {
    assertThatThrownBy(
            () -> SettingsFile.read(folder.resolve("none.yaml"), SftSettings.TABLE, notes::add))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no such file");
  }
}
