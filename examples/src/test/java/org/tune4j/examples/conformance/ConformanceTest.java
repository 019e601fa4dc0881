package org.tune4j.examples.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.Goldens;

class ConformanceTest {
  private final List<JsonNode> lines = new ArrayList<>();
  @TempDir Path folder;

  private int run(Path... paths) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int exit =
        Conformance.run(List.of(paths), new PrintStream(bytes, true, StandardCharsets.UTF_8));
    for (String line : bytes.toString(StandardCharsets.UTF_8).lines().toList()) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return exit;
  }

  @Test
  void printsOneJsonObjectACheck() throws IOException {
    assertThat(run(Goldens.folder("arch/qwen2"))).isZero();
    assertThat(lines).hasSizeGreaterThan(100);
    for (JsonNode line : lines) {
      assertThat(line.fieldNames())
          .toIterable()
          .containsExactly("case", "check", "max_abs_diff", "tolerance", "ok");
      assertThat(line.get("case").asText()).isEqualTo("arch/qwen2");
      assertThat(line.get("ok").asBoolean()).isTrue();
    }
  }

  @Test
  void checkThatFailsIsExitOne() throws IOException {
    Path damaged = copyOf(Goldens.folder("arch/qwen2"), folder.resolve("arch/damaged"));
    Path golden = damaged.resolve("golden.json");
    Files.writeString(
        golden, Files.readString(golden).replaceFirst("\"loss_mean\": *\\d", "\"loss_mean\": 9"));
    assertThat(run(folder)).isEqualTo(1);
    assertThat(lines)
        .filteredOn(line -> !line.get("ok").asBoolean())
        .isNotEmpty()
        .allMatch(line -> line.get("check").asText().startsWith("loss_mean"));
  }

  @Test
  void familyThatIsNotSupportedFailsByName() throws IOException {
    Path unknown = copyOf(Goldens.folder("arch/qwen2"), folder.resolve("unknown"));
    Path config = unknown.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst("\"model_type\": *\"qwen2\"", "\"model_type\": \"abacus\""));
    assertThat(run(unknown)).isEqualTo(1);
    assertThat(lines).hasSize(1);
    assertThat(lines.get(0).get("check").asText()).isEqualTo("model_type abacus is not supported");
  }

  @Test
  void caseThatEndsInAnExceptionFailsAndTheNextOneRuns() throws IOException {
    copyOf(Goldens.folder("arch/qwen2"), folder.resolve("b"));
    Path cut = copyOf(Goldens.folder("arch/qwen2"), folder.resolve("a"));
    Files.write(cut.resolve("golden.safetensors"), new byte[4]);
    assertThat(run(folder)).isEqualTo(1);
    assertThat(lines.get(0).get("ok").asBoolean()).isFalse();
    assertThat(lines.get(0).get("max_abs_diff").asText()).isEqualTo("NaN");
    assertThat(lines).hasSizeGreaterThan(100);
  }

  @Test
  void nothingToCheckIsExitTwo() throws IOException {
    assertThat(run()).isEqualTo(2);
    assertThat(run(folder)).isEqualTo(2);
    assertThat(run(folder.resolve("missing"))).isEqualTo(2);
    Files.writeString(folder.resolve("golden.json"), "{}");
    assertThat(run(folder)).isEqualTo(2);
    assertThat(lines).isEmpty();
  }

  @Test
  void everyKindOfGoldenIsRecognised() throws IOException {
    assertThat(kind(Goldens.folder("arch/llama"))).isEqualTo("arch");
    assertThat(kind(Goldens.folder("tokenizer/bbpe_qwen"))).isEqualTo("tokenizer");
    assertThat(kind(Goldens.folder("chat"))).isEqualTo("chat");
    assertThat(kind(Goldens.folder("safetensors"))).isEqualTo("safetensors");
    assertThat(kind(Goldens.folder("train/lora_qv"))).isEqualTo("train");
    assertThat(kind(Goldens.folder("rl/ppo_loss"))).isEqualTo("rl");
    assertThat(kind(Goldens.folder("eval").resolve("bleu.json"))).isEqualTo("eval");
    assertThat(GoldenKind.of(Goldens.folder("eval").resolve("texts.json"))).isEmpty();
    assertThat(GoldenKind.of(Goldens.folder("train/base/llama"))).isEmpty();
  }

  @Test
  void caseThatWasCopiedAwayFromItsManifestIsRecognised() throws IOException {
    assertThat(kind(copyOf(Goldens.folder("train/dora"), folder.resolve("x")))).isEqualTo("train");
    assertThat(kind(copyOf(Goldens.folder("train/packing"), folder.resolve("y"))))
        .isEqualTo("train");
    assertThat(kind(copyOf(Goldens.folder("rl/ppo_run"), folder.resolve("z")))).isEqualTo("rl");
    Path file = Files.copy(Goldens.folder("eval").resolve("qa.json"), folder.resolve("qa.json"));
    assertThat(kind(file)).isEqualTo("eval");
  }

  @Test
  void topicOfEvaluationThatNothingChecksIsExitTwo() throws IOException {
    assertThat(run(Goldens.folder("eval").resolve("ner.json"))).isZero();
    lines.clear();
    assertThat(run(Goldens.folder("eval").resolve("msprt.json"))).isEqualTo(2);
    assertThat(lines).isEmpty();
  }

  private static String kind(Path path) {
    return GoldenKind.of(path).orElseThrow().name();
  }

  private static Path copyOf(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
    return to;
  }
}
