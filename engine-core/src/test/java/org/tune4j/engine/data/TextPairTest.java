package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;

/** Labels of two texts. */
class TextPairTest {
  private static final HeadTask TASK = new HeadTask.SingleLabel(Labels.numbered(2));

  /** The tokenizer of a BERT with seven words. */
  private static final String TOKENIZER =
      """
      {"version":"1.0","added_tokens":[],"normalizer":{"type":"Lowercase"},
       "pre_tokenizer":{"type":"BertPreTokenizer"},
       "post_processor":{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]},
       "model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##",
        "max_input_chars_per_word":100,
        "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"a":4,"b":5,"c":6,"d":7,"e":8,"f":9,"g":10}}}
      """;

  @TempDir Path folder;
  private Tokenizer tokenizer;

  @BeforeEach
  void load() throws IOException {
    Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
    Files.writeString(folder.resolve("tokenizer_config.json"), "{}");
    tokenizer = Tokenizer.load(folder);
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  private static Example pair(String first, String second) {
    ExampleForm form = new ExampleForm.Labelled(first, Optional.of(second), "1");
    return new Example(7, "f", 3, form, ChatContext.NONE);
  }

  private static LabelEncoder encoder(Tokenizer tokenizer, int maxLength) {
    return new LabelEncoder(tokenizer, DataConfig.builder().maxLength(maxLength).build(), TASK);
  }

  /** By transformers 5: {@code tokenizer(first, second, truncation=True, max_length=N)}. */
  @ParameterizedTest
  @CsvSource({
    "20, a b c, d e, 2 4 5 6 3 7 8 3, 5",
    "8, a b c d e f, a b c, 2 4 5 6 3 4 5 3, 5",
    "8, a b, a b c d e f, 2 4 5 3 4 5 6 3, 4",
    "9, a b c d e f, a b c d e f g, 2 4 5 6 3 4 5 6 3, 5",
    "10, a b c d e f g, a b c d e f, 2 4 5 6 7 3 4 5 6 3, 6",
    "7, a, b c d e f g, 2 4 3 5 6 7 3, 3",
    "6, a b c d, e f g, 2 4 5 3 8 3, 4"
  })
  void theLongerTextIsCutFirst(int most, String first, String second, String ids, int firstTokens)
      throws BadColumnException {
    Encoded encoded = encoder(tokenizer, most).encode(pair(first, second));
    EncodedExample kept = encoded.kept().orElseThrow();
    int[] wanted = Arrays.stream(ids.split(" ")).mapToInt(Integer::parseInt).toArray();
    int[] segments = new int[wanted.length];
    Arrays.fill(segments, firstTokens, wanted.length, 1);
    assertThat(kept.ids()).isEqualTo(wanted);
    assertThat(kept.segments()).isEqualTo(segments);
    assertThat(kept.target()).contains(new Target.OneLabel(1));
    assertThat(encoded.whole().ids()).isEqualTo(tokenizer.encodePair(first, second, true).ids());
  }

  @Test
  void aTokenizerWithoutTokensOfItsOwnPutsTextsSideBySide() throws Exception {
    try (Tokenizer bytes =
        Tokenizer.load(ByteTokenizer.write(Files.createDirectory(folder.resolve("b")), false))) {
      EncodedExample kept = encoder(bytes, 20).encode(pair("ab", "cde")).kept().orElseThrow();
      assertThat(kept.ids()).isEqualTo(bytes.encodePair("ab", "cde", true).ids());
      assertThat(kept.segments()).isEqualTo(bytes.encodePair("ab", "cde", true).typeIds());
    }
  }

  @Test
  void aBatchHoldsSegmentsWhereThereAreSome() throws BadColumnException {
    LabelEncoder encoder = encoder(tokenizer, 20);
    EncodedExample two = encoder.encode(pair("a b", "c")).kept().orElseThrow();
    ExampleForm one = new ExampleForm.Labelled("a b c d e f", "0");
    EncodedExample text =
        encoder.encode(new Example(8, "f", 4, one, ChatContext.NONE)).kept().orElseThrow();
    assertThat(Batch.of(List.of(two, text)).segments())
        .containsExactly(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1);
    assertThat(Batch.of(List.of(text)).segments()).isEmpty();
  }

  @Test
  void twoTextsNeedRoomForBoth() {
    assertThatThrownBy(() -> encoder(tokenizer, 4).encode(pair("a", "b")))
        .isInstanceOf(BadColumnException.class)
        .hasMessageContaining("max_length 4 has no room for two texts");
  }
}
