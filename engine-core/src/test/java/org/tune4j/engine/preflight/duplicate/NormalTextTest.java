package org.tune4j.engine.preflight.duplicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NormalTextTest {
  @ParameterizedTest
  @CsvSource(
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "a b,a b",
        " a  b ,a b",
        "'a\tb\r\n',a b",
        "\u3000你好\u3000\u00a0世界\u2003,你好 世界",
        "e\u0301,\u00e9",
        "\u212b,\u00c5",
        "\u1100\u1161,\uac00",
        "'',''",
        "' ',''"
      })
  void whatLooksTheSameIsTheSame(String text, String normal) {
    assertThat(NormalText.of(text)).isEqualTo(normal);
  }

  /** Regular expressions know white space of Unicode too; slowly, but by another way. */
  @Property(tries = 500)
  void likeTheDefinition(
      @ForAll
          @StringLength(max = 12)
          @CharRange(from = ' ', to = '&')
          @CharRange(from = '\t', to = '\r')
          @CharRange(from = '\u0300', to = '\u0308')
          @CharRange(from = 'a', to = 'c')
          @CharRange(from = '\u2000', to = '\u2004')
          @CharRange(from = '\u4e00', to = '\u4e03')
          String text) {
    String spaced = text.replaceAll("(?U)\\s+", " ").replaceAll("^ | $", "");
    assertThat(Normalizer.normalize(NormalText.of(text), Normalizer.Form.NFC))
        .isEqualTo(NormalText.of(text))
        .isEqualTo(Normalizer.normalize(spaced, Normalizer.Form.NFC));
  }
}
