package org.tune4j.testdata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class DemoTokenizerTest {
  private static final BpeVocabulary BPE = DemoTokenizer.train();
  private static final BpeEncoder ENCODER = new BpeEncoder(BPE);

  @Property
  void everyTextSurvivesEncodingAndDecoding(@ForAll("texts") String text) {
    assertThat(ENCODER.decode(ENCODER.encode(text))).isEqualTo(text);
  }

  @Provide
  Arbitrary<String> texts() {
    List<String> pieces =
        List.of("the room", "房间", "😀", "👩‍👧", " ", "  ", "\n", "\u3000", "42", "'s", "é", "|");
    Arbitrary<String> known =
        Arbitraries.of(pieces).list().ofMaxSize(20).map(l -> String.join("", l));
    Arbitrary<String> any =
        Arbitraries.integers()
            .between(0, Character.MAX_CODE_POINT)
            .filter(c -> c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)
            .list()
            .ofMaxSize(30)
            .map(l -> l.stream().map(Character::toString).reduce("", String::concat));
    return Arbitraries.oneOf(known, any);
  }

  /** The expected ids come from the Hugging Face tokenizers: make_tokenizer_ids.py. */
  @Example
  void idsAreThoseOfTheHuggingFaceTokenizers() throws IOException {
    List<String> lines = TestResources.lines("tokenizer_ids.tsv");
    assertThat(lines).hasSizeGreaterThan(50);
    for (String line : lines) {
      String[] columns = line.split("\t", 2);
      List<Integer> expected =
          Arrays.stream(columns[0].split(" "))
              .filter(id -> !id.isEmpty())
              .map(Integer::valueOf)
              .toList();
      assertThat(ENCODER.encode(columns[1].translateEscapes())).as(line).isEqualTo(expected);
    }
  }

  @Example
  void specialTokensComeFirstThenEveryByteThenOneTokenAMerge() {
    assertThat(BPE.tokens()).hasSize(DemoTokenizer.SIZE).doesNotHaveDuplicates();
    assertThat(BPE.tokens().subList(0, 3))
        .containsExactly("<|endoftext|>", "<|im_start|>", "<|im_end|>");
    assertThat(BPE.tokens().subList(3, 259)).isEqualTo(ByteLevel.alphabet());
    assertThat(BPE.merges()).hasSizeGreaterThanOrEqualTo(DemoTokenizer.SIZE - 259);
  }

  @Example
  void noTokenHoldsADigitAndMoreOrHalfACharacterAndMore() {
    for (String token : BPE.tokens().subList(259, DemoTokenizer.SIZE)) {
      byte[] bytes = ByteLevel.decode(token);
      String text = new String(bytes, StandardCharsets.UTF_8);
      assertThat(text).doesNotContainPattern("[0-9]");
      boolean whole = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), bytes);
      assertThat(whole || bytes.length < 4).as(token).isTrue();
    }
  }

  @Example
  void tiesGoToTheLowestIds() {
    BpeVocabulary bpe = BpeTrainer.train(List.of("dc ba", "ba dc"), List.of(), 258);
    assertThat(bpe.tokens().subList(256, 258)).containsExactly("ba", "dc");
  }

  @Example
  void countsFollowTheMerges() {
    // "aaaa" becomes (aa)(aa), so that the pair (aa)(aa) is counted once a word.
    BpeVocabulary bpe = BpeTrainer.train(List.of("aaaa aaaa ab"), List.of(), 258);
    assertThat(bpe.tokens().subList(256, 258)).containsExactly("aa", "aaaa");
  }

  @Example
  void tooFewPairsEndTheTraining() {
    assertThat(BpeTrainer.train(List.of("ab"), List.of("<s>"), 1000).tokens()).hasSize(258);
  }

  @Example
  void configNamesTheSpecialTokens() {
    Map<String, Object> config = DemoTokenizer.configJson();
    assertThat(config)
        .containsEntry("eos_token", "<|im_end|>")
        .containsEntry("pad_token", "<|endoftext|>");
    assertThat((Map<?, ?>) config.get("added_tokens_decoder")).hasSize(3);
  }
}
