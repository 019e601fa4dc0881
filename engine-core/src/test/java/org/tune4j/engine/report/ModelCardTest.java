package org.tune4j.engine.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A card says what is known, in YAML that means it. */
class ModelCardTest {
  @TempDir private Path folder;

  private static String text(ModelCard card) {
    return new String(card.bytes(), StandardCharsets.UTF_8);
  }

  @Test
  void metadataAndSections() {
    ModelCard card =
        new ModelCard("first")
            .with("license", "apache-2.0")
            .with("language", List.of("no", "zh"))
            .with("datasets", List.of())
            .section("Data", Map.of("a|b<c", "x\ny"))
            .section("Figures", Map.of());
    assertThat(text(card))
        .isEqualTo(
            """
            ---
            license: apache-2.0
            language:
            - "no"
            - zh
            ---

            # first

            ## Data

            | | |
            |---|---|
            | a\\|b&lt;c | x y |
            """);
  }

  @Test
  void whatYamlWouldTakeForSomethingElseIsQuoted() {
    ModelCard card = new ModelCard("t");
    for (String value : List.of("1.0", "true", "- x", "a: b", "a\"b", "{x", "# c", "", "a\nb")) {
      card.with("f" + value.hashCode(), value);
    }
    assertThat(text(card).lines().filter(line -> line.startsWith("f")))
        .hasSize(9)
        .allMatch(line -> line.matches("f-?\\d+: \".*\""));
  }

  @Test
  void namesOnTheHub() {
    assertThat(ModelCard.hubName("HuggingFaceTB/SmolLM2-135M")).isPresent();
    for (String other : List.of("", "base", "/models/base", "../base", "a/b/c", "./x", "a b/c")) {
      assertThat(ModelCard.hubName(other)).as(other).isEmpty();
    }
  }

  @Test
  void aSourcesOwnCardTellsItsLicence() throws IOException {
    Files.writeString(
        folder.resolve("README.md"),
        """
        ---
        license: "other"   # see below
        license_name: some-name
        license_link: https://example.org/LICENSE
        language:
          - en
          - 'zh'
        base_model: a/b
        ---
        license: mit
        """);
    Map<String, Object> known = SourceCard.of(folder);
    assertThat(known)
        .containsOnly(
            Map.entry("license_name", "some-name"),
            Map.entry("license_link", "https://example.org/LICENSE"),
            Map.entry("license", "other"),
            Map.entry("language", List.of("en", "zh")));
    ModelCard card = new ModelCard("t").withDefaults(known);
    Files.write(folder.resolve("README.md"), card.bytes());
    assertThat(SourceCard.of(folder)).isEqualTo(known);
  }

  @Test
  void whatIsNotPlainlyReadableIsNotKnown() throws IOException {
    for (String card :
        List.of(
            "",
            "license: mit\n",
            "---\nlicense: {a: b}\nlanguage: [en]\n---\n",
            "---\nlicense: |\n  mit\n---\n",
            "---\nlicense:\n---\n",
            "---\nlicense: " + "x".repeat(300) + "\n---\n")) {
      Files.writeString(folder.resolve("README.md"), card);
      assertThat(SourceCard.of(folder)).as(card).isEmpty();
    }
    Files.write(folder.resolve("README.md"), new byte[] {(byte) 0xff, 0, 1});
    assertThat(SourceCard.of(folder)).isEmpty();
    Files.delete(folder.resolve("README.md"));
    assertThat(SourceCard.of(folder)).isEmpty();
  }
}
