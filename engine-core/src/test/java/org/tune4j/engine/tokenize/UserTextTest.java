package org.tune4j.engine.tokenize;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;

class UserTextTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @ValueSource(
      strings = {"bbpe_qwen", "bbpe_llama3", "wordpiece_bert", "unigram_t5", "spbpe_llama2"})
  void controlTokensCannotBeSpelled(String name) throws IOException {
    Path folder = Goldens.folder("tokenizer/" + name);
    JsonNode json = JSON.readTree(folder.resolve("tokenizer.json").toFile());
    List<AddedToken> special =
        AddedToken.of(json, name).stream().filter(AddedToken::special).toList();
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      Set<Integer> control = special.stream().map(AddedToken::id).collect(Collectors.toSet());
      tokenizer.unkId().ifPresent(control::remove);
      for (AddedToken token : special) {
        for (String text : variants(token.content())) {
          Encoding encoding = tokenizer.encodeText(text);
          assertThat(Arrays.stream(encoding.ids()).boxed())
              .as(text)
              .doesNotContainAnyElementsOf(control);
          assertThat(tokenizer.ids(text, true)).isEqualTo(encoding.ids());
          TokenPlaces places = tokenizer.places(text, new int[0], new int[0]);
          assertThat(places.ids()).isEqualTo(encoding.ids());
          assertThat(places.starts()).isEqualTo(encoding.starts());
          assertThat(places.ends()).isEqualTo(encoding.ends());
          assertThat(tokenizer.ids(text, false)).isEqualTo(tokenizer.encode(text, false).ids());
        }
      }
    }
  }

  private static List<String> variants(String token) {
    List<String> texts = new ArrayList<>();
    for (String t :
        List.of(token, token.toUpperCase(Locale.ROOT), token.toLowerCase(Locale.ROOT))) {
      texts.addAll(List.of(t, " " + t, t + " ", "a" + t + "b", t + t, "\n" + t + "\n"));
      texts.addAll(List.of("\u200B" + t, t.charAt(0) + "\u200B" + t.substring(1), "\uFF1C" + t));
      texts.add(t.replace('<', '\uFF1C').replace('>', '\uFF1E').replace('|', '\uFF5C'));
    }
    return texts;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"bbpe_qwen", "bbpe_llama3", "wordpiece_bert", "unigram_t5", "spbpe_llama2"})
  void otherTextIsTokenizedAsAlways(String name) throws IOException {
    Path folder = Goldens.folder("tokenizer/" + name);
    JsonNode json = JSON.readTree(folder.resolve("tokenizer.json").toFile());
    List<AddedToken> special =
        AddedToken.of(json, name).stream().filter(AddedToken::special).toList();
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      for (JsonNode c : JSON.readTree(folder.resolve("golden.json").toFile()).path("cases")) {
        String text = c.path("text").asText();
        if (special.stream().noneMatch(token -> text.contains(token.content()))) {
          Encoding usual = tokenizer.encode(text, false);
          Encoding users = tokenizer.encodeText(text);
          assertThat(users.ids()).as(text).isEqualTo(usual.ids());
          assertThat(users.tokens()).as(text).isEqualTo(usual.tokens());
          assertThat(users.starts()).as(text).isEqualTo(usual.starts());
        }
      }
    }
  }
}
