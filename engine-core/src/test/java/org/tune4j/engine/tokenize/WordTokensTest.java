package org.tune4j.engine.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.DataException;
import org.tune4j.engine.Goldens;

class WordTokensTest {
  private static final List<String> WORDS =
      List.of("The", "quick", "", "unbelievable", "  ", "O'Neil", "\uD83D\uDE00fox", ".");

  /**
   * {@code PreTrainedTokenizerFast(tokenizer_file=…)(words, is_split_into_words=True,
   * add_special_tokens=False)} of transformers 5.24, input_ids and word_ids().
   */
  @Test
  void wordsOfBertAreThoseOfTransformers() {
    try (Tokenizer tokenizer = Tokenizer.load(Goldens.folder("tokenizer/wordpiece_bert"))) {
      for (boolean split : new boolean[] {true, false}) {
        WordTokens tokens = tokenizer.words(WORDS, split);
        assertThat(tokens.ids())
            .containsExactly(
                353, 432, 415, 44, 295, 303, 366, 286, 283, 293, 299, 303, 422, 38, 8, 37, 283, 286,
                289, 1, 11);
        assertThat(tokens.words())
            .containsExactly(0, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 5, 5, 5, 5, 5, 5, 6, 7);
      }
    }
  }

  /** The same of a sentencepiece vocabulary, where each word begins with its mark. */
  @Test
  void wordsOfT5AreThoseOfTransformers() {
    try (Tokenizer tokenizer = Tokenizer.load(Goldens.folder("tokenizer/unigram_t5"))) {
      WordTokens tokens = tokenizer.words(List.of("The", "quick", "O'Neil", "."), true);
      assertThat(tokens.ids()).containsExactly(28, 27, 91, 213, 7, 143, 29, 2, 11, 22, 20, 7, 9);
      assertThat(tokens.words()).containsExactly(0, 0, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bbpe_qwen", "bbpe_llama3"})
  void wordsOfByteLevelVocabulariesBeginWithTheirSpace(String name) {
    try (Tokenizer tokenizer = Tokenizer.load(Goldens.folder("tokenizer/" + name))) {
      WordTokens tokens = tokenizer.words(List.of("The", "quick", "fox"), true);
      assertThat(tokens.ids()).isEqualTo(tokenizer.ids(" The quick fox", true));
      assertThat(tokens.words()).startsWith(0, 1).endsWith(2).isSorted();
    }
  }

  @Test
  void aWordThatSpellsAControlTokenIsTextUnlessItIsMeant(@TempDir Path folder) throws IOException {
    try (Tokenizer tokenizer = Tokenizer.load(ByteTokenizer.write(folder, true))) {
      assertThat(tokenizer.words(List.of("</s>"), true).ids()).doesNotContain(ByteTokenizer.EOS);
      assertThat(tokenizer.words(List.of("</s>"), false).ids()).contains(ByteTokenizer.EOS);
      assertThat(tokenizer.words(List.of(), true).ids()).isEmpty();
      String longWord = "x".repeat(1 << 20);
      assertThatThrownBy(() -> tokenizer.words(Collections.nCopies(4096, longWord), true))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("4294967296 characters");
    }
  }
}
