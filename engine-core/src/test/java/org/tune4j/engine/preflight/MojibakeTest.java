package org.tune4j.engine.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;

class MojibakeTest {
  private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");
  private static final Charset GBK = Charset.forName("GBK");

  private static String wrong(String text, Charset written, Charset read) {
    return new String(text.getBytes(written), read);
  }

  @Property(tries = 200)
  void accentsReadAsWindows1252(
      @ForAll @CharRange(from = 'À', to = 'ÿ') char letter,
      @ForAll @CharRange(from = 'a', to = 'z') @StringLength(max = 5) String around) {
    String text = around + letter + around;
    assertThat(Mojibake.count(text)).isZero();
    String read = wrong(text, StandardCharsets.UTF_8, StandardCharsets.ISO_8859_1);
    assertThat(Mojibake.count(read)).as(read).isEqualTo(1);
  }

  @Example
  void textsReadInAWrongWay() {
    for (String text : List.of("你好", "酒店很好", "Привет", "“quoted”", "naïve café", "\ud83d\ude00")) {
      assertThat(Mojibake.count(text)).as(text).isZero();
      assertThat(Mojibake.count(wrong(text, StandardCharsets.UTF_8, StandardCharsets.ISO_8859_1)))
          .as(text)
          .isPositive();
    }
    assertThat(Mojibake.count(wrong("“quoted”", StandardCharsets.UTF_8, WINDOWS_1252)))
        .isPositive();
    assertThat(Mojibake.count(wrong("酒店很好", GBK, StandardCharsets.ISO_8859_1))).isPositive();
    assertThat(Mojibake.count(wrong("\ufffd\ufffd", StandardCharsets.UTF_8, GBK))).isEqualTo(1);
  }

  @Example
  void languagesWithMarksAreSound() {
    for (String text :
        List.of(
            "Ça va très bien, merci ; « où êtes-vous né ? » À bientôt…",
            "Größe, Äpfel, Übermut – „Straße“",
            "A NAÇÃO não está à venda: maçã, coração",
            "Åse åt räksmörgås på ön",
            "Þetta er íslenska, það er ágætt",
            "Điều này là tiếng Việt",
            "20 °C ± 1, £5, 3 × 4 ÷ 2, §7, ¿Qué?",
            "这是一句普通的话。",
            "日本語の文章です。",
            "Это обычный текст.")) {
      assertThat(Mojibake.count(text)).as(text).isZero();
    }
  }
}
