package org.tune4j.engine.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.preflight.CharacterTokens.Count;
import org.tune4j.engine.tokenize.Encoding;
import org.tune4j.engine.tokenize.Tokenizer;

class CharacterTokensTest {
  private static List<Count> counts(IntStream characters) {
    return characters.mapToObj(c -> new Count(c, 1, 0, false)).toList();
  }

  /** What is found for many at once is what each of them gives alone. */
  @ParameterizedTest
  @ValueSource(strings = {"bbpe_qwen", "bbpe_llama3", "spbpe_llama2", "wordpiece_bert"})
  void likeEachCharacterAlone(String name) {
    IntStream characters =
        IntStream.concat(
            IntStream.rangeClosed('a', 'f'),
            IntStream.concat(
                IntStream.range(0x4e00, 0x4e00 + 700), IntStream.range(0x1f600, 0x1f620)));
    try (Tokenizer tokenizer = Tokenizer.load(Goldens.folder("tokenizer/" + name))) {
      List<Integer> all = characters.boxed().toList();
      List<Integer> bad =
          all.stream().filter(c -> isBad(tokenizer, Character.toString(c))).toList();
      assertThat(
              CharacterTokens.bad(tokenizer, counts(all.stream().mapToInt(c -> c))).stream()
                  .map(Count::character))
          .containsExactlyElementsOf(bad);
      assertThat(bad).isNotEmpty().doesNotContain((int) 'a');
    }
  }

  private static boolean isBad(Tokenizer tokenizer, String character) {
    Encoding alone = tokenizer.encodeText(character);
    long tokens = alone.tokens().stream().filter(token -> !token.equals("▁")).count();
    return tokens >= 3
        || alone.tokens().stream().anyMatch(token -> token.startsWith("<0x"))
        || IntStream.of(alone.ids()).anyMatch(tokenizer::isUnknown);
  }

  @Test
  void unknownCharactersAreTold() {
    try (Tokenizer tokenizer = Tokenizer.load(Goldens.folder("tokenizer/wordpiece_bert"))) {
      assertThat(CharacterTokens.bad(tokenizer, counts(IntStream.of('a', 0x1f600))))
          .containsExactly(new Count(0x1f600, 1, 1, true));
    }
  }
}
