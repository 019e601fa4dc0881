package org.tune4j.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The README's example is the code that is compiled and run here, and what it names exists. */
class ReadmeTest {
  private static final Path ROOT = root();

  private static Path root() {
    Path folder = Path.of("").toAbsolutePath();
    while (!Files.exists(folder.resolve("README.md"))) {
      folder = folder.getParent();
    }
    return folder;
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.zh-CN.md"})
  void theExampleIsTheCodeThatRuns(String readme) throws IOException {
    Matcher block =
        Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(ROOT.resolve(readme)));
    assertThat(block.find()).isTrue();
    String code =
        Files.readString(
            ROOT.resolve("examples/src/main/java/org/tune4j/examples/FirstFineTune.java"));
    assertThat(squeezed(code)).contains(squeezed(block.group(1)));
    assertThat(block.group(1).lines()).hasSizeLessThanOrEqualTo(12);
  }

  private static String squeezed(String code) {
    return code.replaceAll("\\s+", " ").strip();
  }

  @Test
  void theExampleRuns(@TempDir Path folder) throws IOException {
    Path model = SmallModels.write(folder.resolve("model"), "llama");
    Path data = SmallModels.rows(folder.resolve("rows.jsonl"), 24);
    FirstFineTune.fineTune(model, data, folder.resolve("run"));
    assertThat(folder.resolve("run/adapter/adapter_model.safetensors")).isNotEmptyFile();
    assertThat(folder.resolve("run/adapter/adapter_config.json")).isNotEmptyFile();
    assertThat(folder.resolve("run/metrics.jsonl")).isNotEmptyFile();
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "docs/where-to-add.md"})
  void everyPathThatIsNamedExists(String page) throws IOException {
    Matcher path =
        Pattern.compile("`([a-z-]+/[\\w./-]+)`").matcher(Files.readString(ROOT.resolve(page)));
    int found = 0;
    while (path.find()) {
      if (!path.group(1).contains("/target/") && !path.group(1).startsWith("runs/")) {
        assertThat(ROOT.resolve(path.group(1))).as(page).exists();
        found++;
      }
    }
    assertThat(found).isPositive();
  }
}
