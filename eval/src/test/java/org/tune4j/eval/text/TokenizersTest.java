package org.tune4j.eval.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;

class TokenizersTest {
  @ParameterizedTest
  @CsvSource({
    "央行加息, true",
    "使用API调用, true",
    "LDL-C明显降低, true",
    "42%, false",
    "'', false",
    "the word 涨 is Chinese, false",
    "カタカナ, false"
  })
  void scriptOfATextIsThatOfMostOfIt(String text, boolean chinese) {
    assertThat(Script.isChinese(text)).isEqualTo(chinese);
  }

  @Test
  void chineseIsCutIntoCharactersOrWords() {
    String text = "我们在北京大学 学习。";
    assertThat(RougeTokenizer.of(List.of(text))).isSameAs(RougeTokenizer.CHARACTERS);
    assertThat(RougeTokenizer.CHARACTERS.tokens(text))
        .containsExactly("我", "们", "在", "北", "京", "大", "学", "学", "习", "。");
    assertThat(RougeTokenizer.SMARTCN.tokens(text)).containsExactly("我们", "在", "北京大学", "学习", ",");
  }

  @Test
  void charactersBeyondTheBasicPlaneStayWhole() {
    assertThat(Whitespace.characters("a𠀀 b")).containsExactly("a", "𠀀", "b");
  }

  @Test
  void anUnknownTokenizerIsRefused() {
    assertThat(BleuTokenizer.named("13a")).isSameAs(BleuTokenizer.V13A);
    assertThatThrownBy(() -> BleuTokenizer.named("14a"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("found 14a, wanted one of 13a");
  }
}
