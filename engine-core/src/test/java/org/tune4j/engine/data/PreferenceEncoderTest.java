package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.tokenize.ByteTokenizer.EOS;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.form.BadColumnException;
import org.tune4j.engine.data.form.ChatContext;
import org.tune4j.engine.data.form.ExampleForm;
import org.tune4j.engine.data.form.Turns;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Side;
import org.tune4j.engine.tokenize.Tokenizer;

class PreferenceEncoderTest {
  @TempDir static Path folder;
  private static Tokenizer tokenizer;

  @BeforeAll
  static void load() throws Exception {
    tokenizer = Tokenizer.load(ByteTokenizer.write(folder, false));
  }

  private static Turns plain(String text) {
    return new Turns.Plain(text);
  }

  private static Encoded encode(ExampleForm form, DataConfig config) throws BadColumnException {
    return new PreferenceEncoder(tokenizer, config, false)
        .encode(new Example(7, "f", 3, form, ChatContext.NONE));
  }

  private static Encoded encode(ExampleForm form) throws BadColumnException {
    return encode(form, DataConfig.DEFAULT);
  }

  private static String text(int[] ids) {
    return tokenizer.decode(Arrays.stream(ids).filter(id -> id != EOS).toArray(), false);
  }

  private static String learned(EncodedExample document) {
    return text(Arrays.stream(document.labels()).filter(label -> label >= 0).toArray());
  }

  private static ExampleForm.Preference pair(String prompt, String chosen, String rejected) {
    return new ExampleForm.Preference(plain(prompt), plain(chosen), plain(rejected));
  }

  @Test
  void eachAnswerStandsBehindThePromptAndAloneIsLearned() throws Exception {
    EncodedExample pair = encode(pair("ab ", "good", "bad")).kept().orElseThrow();
    EncodedExample rejected = pair.rejected().orElseThrow();
    assertThat(text(pair.ids())).isEqualTo("ab good");
    assertThat(learned(pair)).isEqualTo("good");
    assertThat(text(rejected.ids())).isEqualTo("ab bad");
    assertThat(learned(rejected)).isEqualTo("bad");
    assertThat(pair.rating()).isEqualTo(Rating.CHOSEN);
    assertThat(rejected.rating()).isEqualTo(Rating.REJECTED);
    assertThat(pair.length()).isEqualTo(8 + 7);
    assertThat(pair.labelCount()).isEqualTo(5 + 4);
  }

  @Test
  void whatBothBeginWithIsThePrompt() throws Exception {
    EncodedExample pair = encode(pair("", "Say it: yes", "Say it: no")).kept().orElseThrow();
    assertThat(learned(pair)).isEqualTo(" yes");
    assertThat(learned(pair.rejected().orElseThrow())).isEqualTo(" no");
  }

  @Test
  void aCharacterOfTwoHalvesStaysWhole() throws Exception {
    EncodedExample pair = encode(pair("", "x\ud83d\ude00", "x\ud83d\ude01")).kept().orElseThrow();
    assertThat(learned(pair)).isEqualTo("\ud83d\ude00");
  }

  @Test
  void anAnswerAloneHasItsRating() throws Exception {
    for (boolean label : new boolean[] {true, false}) {
      EncodedExample rated =
          encode(new ExampleForm.Unpaired(plain("ab"), plain("c"), label)).kept().orElseThrow();
      assertThat(rated.rating()).isEqualTo(label ? Rating.CHOSEN : Rating.REJECTED);
      assertThat(rated.rejected()).isEmpty();
      assertThat(learned(rated)).isEqualTo("c");
    }
  }

  /** It would be learned nothing of. */
  @Test
  void anAnswerAloneIsRefusedWhereTwoAreCompared() throws Exception {
    PreferenceEncoder pairs = new PreferenceEncoder(tokenizer, DataConfig.DEFAULT, true);
    ExampleForm alone = new ExampleForm.Unpaired(plain("ab"), plain("c"), true);
    assertThatThrownBy(() -> pairs.encode(new Example(7, "f", 3, alone, ChatContext.NONE)))
        .isInstanceOf(BadColumnException.class)
        .hasMessageContaining("prompt, completion and label")
        .hasMessageContaining("wanted are chosen and rejected, or loss_type kto");
    Example pair = new Example(7, "f", 3, pair("ab", "c", "d"), ChatContext.NONE);
    assertThat(pairs.encode(pair).kept()).isPresent();
  }

  @Test
  void eachDocumentIsCutByItself() throws Exception {
    DataConfig start = DataConfig.builder().maxLength(6).build();
    EncodedExample kept = encode(pair("abc", "12345", "6"), start).kept().orElseThrow();
    assertThat(text(kept.ids())).isEqualTo("abc123");
    assertThat(text(kept.rejected().orElseThrow().ids())).isEqualTo("abc6");
    DataConfig end = DataConfig.builder().maxLength(6).truncation(Side.LEFT).build();
    assertThat(text(encode(pair("abc", "12345", "6"), end).kept().orElseThrow().ids()))
        .isEqualTo("12345");
  }

  @Test
  void aPairOfWhichAnAnswerIsCutAwayIsDropped() throws Exception {
    DataConfig few = DataConfig.builder().maxLength(3).build();
    Encoded encoded = encode(pair("abc", "d", "e"), few);
    assertThat(encoded.kept()).isEmpty();
    assertThat(encoded.dropped()).hasValue(Encoded.CUT_AWAY);
  }

  @Test
  void bothDocumentsAreTold() throws Exception {
    List<Encoded> documents = encode(pair("a", "b", "c")).documents();
    assertThat(documents).extracting(each -> text(each.whole().ids())).containsExactly("ab", "ac");
    assertThat(documents)
        .allSatisfy(each -> assertThat(each.kept().orElseThrow().length()).isEqualTo(3));
  }

  @Test
  void conversationsWithoutACommonBeginningAreRefused() {
    Turns one = new Turns.Messages(List.of(message("user", "a"), message("assistant", "b")));
    Turns other = new Turns.Messages(List.of(message("user", "c"), message("assistant", "d")));
    assertThatThrownBy(() -> encode(new ExampleForm.Preference(Turns.NONE, one, other)))
        .isInstanceOf(BadColumnException.class)
        .hasMessageContaining("begin with different messages");
  }

  private static ObjectNode message(String role, String content) {
    return JsonNodeFactory.instance.objectNode().put("role", role).put("content", content);
  }

  @Test
  void otherRowsAndPackingAreRefused() {
    assertThatThrownBy(() -> encode(new ExampleForm.Text("a")))
        .isInstanceOf(BadColumnException.class)
        .hasMessageContaining("wanted are chosen and rejected");
    DataConfig packed = DataConfig.builder().packing(Packing.BEST_FIT).build();
    assertThatThrownBy(() -> encode(pair("a", "b", "c"), packed))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("packing");
  }

  @Test
  void ratingsAreInTheBytesAndOfOthersNothingChanges() {
    EncodedExample plain = new EncodedExample(1, "f", new int[] {1, 2}, new int[] {-100, 2});
    assertThat(plain.bytes()).hasSize(16);
    assertThat(plain.rated(Rating.CHOSEN).bytes())
        .isNotEqualTo(plain.rated(Rating.REJECTED).bytes());
  }

  @Test
  void twoAnswersAreNotSplit() {
    EncodedExample one = new EncodedExample(1, "f", new int[] {1, 2}, new int[] {-100, 2});
    assertThatThrownBy(() -> EncodedExample.pair(one, one).piece(0, 2))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("two answers");
    assertThat(EncodedExample.pair(one, one).piece(0, 4).rejected()).isPresent();
    assertThatThrownBy(
            () ->
                new EncodedExample(
                    1,
                    "f",
                    one.ids(),
                    one.labels(),
                    Optional.empty(),
                    new int[0],
                    0,
                    Rating.NONE,
                    Optional.of(one)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("one is better");
  }
}
