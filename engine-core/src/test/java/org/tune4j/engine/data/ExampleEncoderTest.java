package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.EncodedExample.NOT_LEARNED;
import static org.tune4j.engine.tokenize.ByteTokenizer.BOS;
import static org.tune4j.engine.tokenize.ByteTokenizer.EOS;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Turns;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Side;
import org.tune4j.engine.tokenize.Tokenizer;

class ExampleEncoderTest {
  private static Path folder;
  private static Tokenizer withBos;
  private static Tokenizer withoutBos;

  @BeforeContainer
  static void load() throws IOException {
    folder = Files.createTempDirectory("tokenizer");
    withBos = Tokenizer.load(ByteTokenizer.write(folder, true));
    withoutBos = Tokenizer.load(ByteTokenizer.write(folder, false));
  }

  @AfterContainer
  static void close() throws IOException {
    withBos.close();
    withoutBos.close();
    Files.delete(folder.resolve("tokenizer.json"));
    Files.delete(folder.resolve("tokenizer_config.json"));
    Files.delete(folder);
  }

  private static Encoded encode(
      Tokenizer tokenizer, int maxLength, String prompt, String completion) {
    return new ExampleEncoder(tokenizer, DataConfig.builder().maxLength(maxLength).build())
        .encode(example(prompt, completion));
  }

  private static org.tune4j.engine.data.Example example(String prompt, String completion) {
    return new org.tune4j.engine.data.Example(
        7,
        "f",
        3,
        new ExampleForm.PromptCompletion(new Turns.Plain(prompt), new Turns.Plain(completion)),
        ChatContext.NONE);
  }

  @Example
  void promptIsNotLearnedAndTheEndIs() {
    EncodedExample example = encode(withBos, 100, "ab", "c").kept().orElseThrow();
    int a = withBos.encode("a", false).ids()[0];
    assertThat(example.ids()).containsExactly(BOS, a, a + 1, a + 2, EOS);
    assertThat(example.labels()).containsExactly(NOT_LEARNED, NOT_LEARNED, NOT_LEARNED, a + 2, EOS);
    assertThat(example.labelCount()).isEqualTo(2);
    assertThat(example.id()).isEqualTo(7);
    assertThat(example.source()).isEqualTo("f:3");
  }

  @Example
  void textIsLearnedAsAWhole() {
    EncodedExample example = encode(withoutBos, 100, "", "abc").kept().orElseThrow();
    assertThat(example.labels()).isEqualTo(example.ids()).hasSize(4).endsWith(EOS);
    assertThat(example.labelCount()).isEqualTo(3);
  }

  @Example
  void rowsAreCutOrDropped() {
    assertThat(encode(withBos, 4, "ab", "cd").cut()).isTrue();
    assertThat(encode(withBos, 5, "ab", "cd").cut()).isTrue();
    assertThat(encode(withBos, 6, "ab", "cd").cut()).isFalse();
    Encoded away = encode(withBos, 3, "ab", "cd");
    assertThat(away.kept()).isEmpty();
    assertThat(away.cut()).isFalse();
    assertThat(away.dropped()).hasValue("nothing learned is left within max_length");
    assertThat(encode(withoutBos, 3, "", "").dropped())
        .hasValue("no token that could be predicted from another");
    assertThatThrownBy(() -> encode(withBos, 1, "a", "b")).isInstanceOf(ConfigException.class);
  }

  @Example
  void theEndMayBeKeptInPlaceOfTheStart() {
    DataConfig config = DataConfig.builder().maxLength(3).truncation(Side.LEFT).build();
    Encoded encoded = new ExampleEncoder(withBos, config).encode(example("abc", "d"));
    int c = withBos.encode("c", false).ids()[0];
    assertThat(encoded.kept().orElseThrow().ids()).containsExactly(c, c + 1, EOS);
    assertThat(encoded.kept().orElseThrow().labels()).containsExactly(NOT_LEARNED, c + 1, EOS);
  }

  @Example
  void aPackingThatSplitsCutsNothing() {
    DataConfig config = DataConfig.builder().maxLength(3).packing(Packing.BEST_FIT_SPLIT).build();
    Encoded encoded = new ExampleEncoder(withBos, config).encode(example("abc", "d"));
    assertThat(encoded.cut()).isFalse();
    assertThat(encoded.kept()).contains(encoded.whole());
  }

  @Example
  void thePromptMayBeLearnedToo() {
    TrainOn all =
        new TrainOn(
            false, Optional.empty(), false, TrainOn.StopTokens.TURN, TrainOn.StopTokens.TURN);
    DataConfig config = DataConfig.builder().trainOn(all).build();
    EncodedExample example = new ExampleEncoder(withBos, config).encode(example("a", "b")).whole();
    assertThat(example.labels()).isEqualTo(example.ids());
  }

  @Example
  void whatIsNothingToContinueIsRefused() {
    org.tune4j.engine.data.Example labelled =
        new org.tune4j.engine.data.Example(
            0, "f", 1, new ExampleForm.Labelled("t", "l"), ChatContext.NONE);
    ExampleEncoder encoder = new ExampleEncoder(withBos, DataConfig.DEFAULT);
    assertThatThrownBy(() -> encoder.encode(labelled))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("f:1: a row of Labelled");
  }

  @Example
  void aTokenizerWithoutEosIsRefused() throws IOException {
    Path other = Files.createTempDirectory("tokenizer");
    ByteTokenizer.write(other, false);
    Files.writeString(other.resolve("tokenizer_config.json"), "{}");
    try (Tokenizer tokenizer = Tokenizer.load(other)) {
      assertThatThrownBy(() -> new ExampleEncoder(tokenizer, DataConfig.DEFAULT))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("eos_token");
    }
  }

  @Property(tries = 200)
  void labelsCoverCompletionAndEndOnly(
      @ForAll @StringLength(max = 12) String prompt,
      @ForAll @StringLength(max = 12) String completion,
      @ForAll @IntRange(min = 2, max = 60) int maxLength,
      @ForAll boolean bos) {
    Tokenizer tokenizer = bos ? withBos : withoutBos;
    Encoded encoded = encode(tokenizer, maxLength, prompt, completion);
    int front = bos ? 1 : 0;
    int promptLength = tokenizer.encodeText(prompt).length();
    int whole = front + promptLength + tokenizer.encodeText(completion).length() + 1;
    int unlearned = prompt.isEmpty() ? 0 : front + promptLength;
    assertThat(encoded.kept().isPresent()).isNotEqualTo(encoded.dropped().isPresent());
    assertThat(encoded.whole().length()).isEqualTo(whole);
    for (EncodedExample example : encoded.kept().stream().toList()) {
      assertThat(example.length()).isEqualTo(Math.min(whole, maxLength));
      assertThat(example.labelCount()).isPositive();
      for (int t = 0; t < example.length(); t++) {
        assertThat(example.labels()[t] == NOT_LEARNED).isEqualTo(t < unlearned);
      }
      if (whole <= maxLength) {
        assertThat(example.labels()).endsWith(EOS);
      }
      assertThat(IntStream.of(example.ids()).filter(id -> id == BOS).count()).isEqualTo(front);
    }
  }
}
