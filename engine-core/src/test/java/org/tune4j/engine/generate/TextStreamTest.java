package org.tune4j.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Goldens;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

class TextStreamTest {
  private static final String TEXT = "na\u00efve \u4f60\u597d \uD83D\uDC69\u200D\uD83D\uDCBB ok";
  @TempDir Path folder;
  private Tokenizer tokenizer;

  @BeforeEach
  void load() throws IOException {
    tokenizer = Tokenizer.load(ByteTokenizer.write(folder, true));
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  private static List<String> pieces(TextStream stream, int... ids) {
    List<String> pieces = new ArrayList<>();
    for (int id : ids) {
      pieces.add(stream.add(id));
    }
    return pieces;
  }

  @Test
  void holdsCharactersBackUntilTheyAreComplete() {
    int[] ids = tokenizer.encode("a\u4f60\uD83D\uDE00b", false).ids();
    List<String> pieces = pieces(new TextStream(tokenizer, new int[0]), ids);
    assertThat(pieces).containsExactly("a", "", "", "\u4f60", "", "", "", "\uD83D\uDE00", "b");
  }

  @Test
  void tellsAtTheEndWhatNeverBecameComplete() {
    int[] ids = tokenizer.encode("\uD83D\uDE00", false).ids();
    TextStream stream = new TextStream(tokenizer, new int[] {ByteTokenizer.BOS});
    assertThat(pieces(stream, ids[0], ids[1])).containsExactly("", "");
    assertThat(stream.end()).isNotEmpty().matches("\uFFFD+");
    assertThat(stream.end()).isEmpty();
  }

  @Test
  void leavesSpecialTokensOut() {
    int[] ids = tokenizer.encode("xy", false).ids();
    TextStream stream = new TextStream(tokenizer, tokenizer.encode("p", true).ids());
    assertThat(pieces(stream, ids[0], ByteTokenizer.EOS, ids[1], ByteTokenizer.EOS))
        .containsExactly("x", "", "y", "");
    assertThat(stream.end()).isEmpty();
  }

  @Test
  void finishesACharacterThatThePromptBegan() {
    int[] ids = tokenizer.encode("ab\uD83D\uDE00c", false).ids();
    TextStream stream = new TextStream(tokenizer, Arrays.copyOf(ids, 4));
    assertThat(pieces(stream, ids[4], ids[5], ids[6])).containsExactly("", "\uD83D\uDE00", "c");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bbpe_qwen", "bbpe_llama3", "unigram_t5", "spbpe_llama2"})
  void piecesAreTheContinuationOfEveryKindOfVocabulary(String name) {
    try (Tokenizer other = Tokenizer.load(Goldens.folder("tokenizer/" + name))) {
      int[] ids = other.encode(TEXT, false).ids();
      String whole = other.decode(ids, true);
      for (int split = 0; split < ids.length; split++) {
        String before = other.decode(Arrays.copyOf(ids, split), true);
        if (before.endsWith("\uFFFD")) {
          continue;
        }
        TextStream stream = new TextStream(other, Arrays.copyOf(ids, split));
        List<String> pieces = pieces(stream, Arrays.copyOfRange(ids, split, ids.length));
        pieces.add(stream.end());
        assertThat(before + String.join("", pieces)).isEqualTo(whole);
        assertThat(String.join("", pieces.subList(0, pieces.size() - 1)).codePoints())
            .noneMatch(c -> c == 0xFFFD || c >= 0xD800 && c < 0xE000);
      }
    }
  }
}
