package org.tune4j.engine.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineClosedException;
import org.tune4j.engine.ModelFormatException;

class TokenizerTest {
  @TempDir Path folder;

  @BeforeEach
  void write() throws IOException {
    ByteTokenizer.write(folder, true);
  }

  private void config(String name, String json) throws IOException {
    Files.writeString(folder.resolve(name), json);
  }

  @Test
  void spansCountJavaChars() {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      Encoding encoding = tokenizer.encode("a\uD83D\uDE00b", true);
      assertThat(encoding.starts()).containsExactly(0, 0, 1, 1, 1, 1, 3);
      assertThat(encoding.ends()).containsExactly(0, 1, 3, 3, 3, 3, 4);
      assertThat(encoding.specialTokensMask()).containsExactly(1, 0, 0, 0, 0, 0, 0);
      assertThat(encoding.ids()[0]).isEqualTo(ByteTokenizer.BOS);
      assertThat(tokenizer.decode(encoding.ids(), true)).isEqualTo("a\uD83D\uDE00b");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\uD83D", "\uDE00", "x\uDE00\uD83Dy", "\uD83D\uD83D\uDE00", "\u0000\uDBFF"})
  void halfPairsBecomeReplacementCharacters(String text) {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      Encoding encoding = tokenizer.encode(text, false);
      String decoded = tokenizer.decode(encoding.ids(), false);
      assertThat(decoded).hasSameSizeAs(text).contains("\uFFFD");
      assertThat(encoding.ends()[encoding.length() - 1]).isEqualTo(text.length());
      assertThat(tokenizer.encodeText(text).ids()).isEqualTo(encoding.ids());
    }
  }

  @Test
  void neitherCutsNorPadsWhateverTheFileSays() throws IOException {
    ObjectNode json = ByteTokenizer.json(false);
    ObjectMapper mapper = new ObjectMapper();
    json.set(
        "truncation",
        mapper.readTree(
            "{\"direction\":\"Right\",\"max_length\":4,\"strategy\":\"LongestFirst\",\"stride\":0}"));
    json.set(
        "padding",
        mapper.readTree(
            "{\"strategy\":{\"Fixed\":8},\"direction\":\"Right\",\"pad_to_multiple_of\":null,"
                + "\"pad_id\":258,\"pad_type_id\":0,\"pad_token\":\"<pad>\"}"));
    Files.write(folder.resolve("tokenizer.json"), mapper.writeValueAsBytes(json));
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.encode("ab", false).length()).isEqualTo(2);
      assertThat(tokenizer.encode("a".repeat(2000), false).length()).isEqualTo(2000);
      assertThat(tokenizer.encodeText("a".repeat(2000)).length()).isEqualTo(2000);
    }
  }

  @Test
  void usersTextNeverBecomesAControlToken() {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.encode("a</s>", false).ids()).contains(ByteTokenizer.EOS);
      Encoding text = tokenizer.encodeText("a</s>");
      assertThat(text.length()).isEqualTo(5);
      assertThat(tokenizer.decode(text.ids(), true)).isEqualTo("a</s>");
      assertThat(tokenizer.encodeText("<think>").ids()).containsExactly(259);
    }
  }

  @Test
  void knowsItsTokens() {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(260);
      assertThat(tokenizer.idOf("</s>")).hasValue(ByteTokenizer.EOS);
      assertThat(tokenizer.idOf("nothing")).isEmpty();
      assertThat(tokenizer.tokenOf(0)).isEqualTo("!");
      assertThat(tokenizer.addsBos()).isTrue();
      assertThat(tokenizer.bosId()).hasValue(ByteTokenizer.BOS);
      assertThat(tokenizer.padId()).hasValue(ByteTokenizer.PAD);
      assertThat(tokenizer.unkId()).isEmpty();
      assertThatThrownBy(() -> tokenizer.tokenOf(260))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("259");
      assertThatThrownBy(() -> tokenizer.decode(new int[] {-100}, false))
          .isInstanceOf(ConfigException.class);
    }
  }

  @Test
  void rolesMayBeObjectsAndMayStandInTheOlderFile() throws IOException {
    config("tokenizer_config.json", "{\"eos_token\":{\"content\":\"<pad>\"},\"pad_token\":null}");
    config(
        "special_tokens_map.json",
        "{\"eos_token\":\"</s>\",\"bos_token\":{\"content\":\"<s>\",\"lstrip\":false}}");
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(tokenizer.eosId()).hasValue(ByteTokenizer.PAD);
      assertThat(tokenizer.bosId()).hasValue(ByteTokenizer.BOS);
      assertThat(tokenizer.padId()).isEqualTo(OptionalInt.empty());
    }
  }

  @Test
  void filesThatDoNotFitEachOtherAreRefused() throws IOException {
    config("tokenizer_config.json", "{\"eos_token\":\"<|end|>\"}");
    assertRefused("eos_token", "<|end|>");
    config("tokenizer_config.json", "{\"added_tokens_decoder\":{\"9\":{\"content\":\"</s>\"}}}");
    assertRefused("added_tokens_decoder", "257");
    config("tokenizer_config.json", "{");
    assertRefused("tokenizer_config.json", "not valid JSON");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"model\":{\"vocab\":{\"a\":-1}}}",
        "{\"model\":{\"vocab\":{}}}"
      })
  void aBrokenTokenizerIsRefused(String json) throws IOException {
    config("tokenizer.json", json);
    assertRefused("tokenizer.json");
  }

  @Test
  void aFolderWithoutTokenizerIsRefused() throws IOException {
    Files.delete(folder.resolve("tokenizer.json"));
    assertRefused("no tokenizer.json");
  }

  private void assertRefused(String... inMessage) {
    assertThatThrownBy(() -> Tokenizer.load(folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContainingAll(inMessage);
  }

  @Test
  void aClosedTokenizerSaysSo() {
    Tokenizer tokenizer = Tokenizer.load(folder);
    tokenizer.encodeText("a");
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("a", true)).isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(() -> tokenizer.encodeText("a")).isInstanceOf(EngineClosedException.class);
    assertThatThrownBy(() -> tokenizer.decode(new int[] {1}, true))
        .isInstanceOf(EngineClosedException.class);
  }

  @Test
  void controlTokensAreTold() {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      assertThat(IntStream.range(0, tokenizer.vocabularySize()).filter(tokenizer::isControl))
          .containsExactly(ByteTokenizer.BOS, ByteTokenizer.EOS, ByteTokenizer.PAD);
      assertThat(IntStream.range(0, tokenizer.vocabularySize())).noneMatch(tokenizer::isUnknown);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"<pad>", "</s>"})
  void unknownTokenIsToldUnlessItIsEos(String unknown) throws IOException {
    ObjectNode json = ByteTokenizer.json(false);
    json.withObject("/model").put("unk_token", unknown);
    Files.write(folder.resolve("tokenizer.json"), new ObjectMapper().writeValueAsBytes(json));
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      int id = tokenizer.idOf(unknown).getAsInt();
      assertThat(tokenizer.isUnknown(id)).isEqualTo(id != ByteTokenizer.EOS);
      assertThat(tokenizer.isControl(id)).isEqualTo(id == ByteTokenizer.EOS);
    }
  }

  @Test
  void threadsGetTheirOwnResults() {
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      boolean all =
          IntStream.range(0, 400)
              .parallel()
              .allMatch(
                  i -> {
                    String text = "text " + i + " é";
                    int[] ids = tokenizer.encode(text, false).ids();
                    return tokenizer.decode(ids, false).equals(text)
                        && Arrays.equals(ids, tokenizer.encodeText(text).ids());
                  });
      assertThat(all).isTrue();
    }
  }
}
