package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.gguf.hub.Precision;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.tokenize.chat.ChatTemplateFiles;

/** A tokenizer that went through a GGUF file gives the ids that the reference gives. */
class GgufTokenizerTest {
  private static final String CONFIG =
      RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":1024");

  @TempDir private static Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"bbpe_llama3", "bbpe_qwen", "spbpe_llama2"})
  void goldenTextsHaveTheirIds(String name) throws IOException {
    Path golden = Goldens.folder("tokenizer/" + name);
    Path file = file(golden);
    JsonNode cases =
        new ObjectMapper().readTree(golden.resolve("golden.json").toFile()).path("cases");
    assertThat(cases).hasSizeGreaterThan(60);
    try (Tokenizer tokenizer = Tokenizer.load(file);
        Tokenizer original = Tokenizer.load(golden)) {
      for (JsonNode each : cases) {
        String text = each.path("text").asText();
        for (boolean special : new boolean[] {true, false}) {
          JsonNode wanted = each.path(special ? "with_special" : "without_special");
          int[] ids = ints(wanted.path("ids"));
          assertThat(tokenizer.encode(text, special).ids()).as(text).isEqualTo(ids);
          assertThat(tokenizer.decode(ids, false)).isEqualTo(wanted.path("decoded").asText());
        }
        assertThat(tokenizer.encodeText(text).ids()).isEqualTo(original.encodeText(text).ids());
      }
      assertThat(tokenizer.bosId()).isEqualTo(original.bosId());
      assertThat(tokenizer.eosId()).isEqualTo(original.eosId());
      assertThat(tokenizer.padId()).isEqualTo(original.padId());
      assertThat(tokenizer.controlTokens()).isEqualTo(original.controlTokens());
    }
    assertThat(new ChatTemplateFiles(file).text()).contains("{{ bos_token }}");
  }

  private static Path file(Path golden) throws IOException {
    Path source = GgufFiles.source(folder, CONFIG);
    for (String name : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      Files.copy(golden.resolve(name), source.resolve(name));
    }
    Files.writeString(
        source.resolve("chat_template.jinja"), "{{ bos_token }}", StandardCharsets.UTF_8);
    try (CausalLm model = RandomModels.create(CONFIG, DType.FLOAT32, 5)) {
      return GgufFiles.of(folder, source, model, Precision.Q8_0);
    }
  }

  private static int[] ints(JsonNode ids) {
    return StreamSupport.stream(ids.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }
}
