package org.tune4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class WordDiffTest {
  private static String wanted(WordDiff diff) {
    return Piece.html(diff.wanted(), "del");
  }

  private static String got(WordDiff diff) {
    return Piece.html(diff.got(), "ins");
  }

  @Example
  void marksWords() {
    WordDiff diff = new WordDiff("the staff were kind", "the staff was kind");
    assertThat(wanted(diff)).isEqualTo("the staff <del>were</del> kind");
    assertThat(got(diff)).isEqualTo("the staff <ins>was</ins> kind");
  }

  @Example
  void marksCharactersOfScriptsWithoutSpaces() {
    WordDiff diff = new WordDiff("房间很干净", "房间干净了");
    assertThat(wanted(diff)).isEqualTo("房间<del>很</del>干净");
    assertThat(got(diff)).isEqualTo("房间干净<ins>了</ins>");
  }

  @Example
  void escapesEachPart() {
    WordDiff diff = new WordDiff("a <b>", "a <i>");
    assertThat(wanted(diff)).isEqualTo("a &lt;<del>b</del>&gt;");
    assertThat(got(diff)).isEqualTo("a &lt;<ins>i</ins>&gt;");
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("ab 中\n.").ofMaxLength(30);
  }

  @Property(tries = 500)
  void bothTextsAreWholeAndShareWhatIsNotMarked(
      @ForAll("texts") String wanted, @ForAll("texts") String got) {
    WordDiff diff = new WordDiff(wanted, got);
    assertThat(wanted(diff).replaceAll("</?del>", "")).isEqualTo(wanted);
    assertThat(got(diff).replaceAll("</?ins>", "")).isEqualTo(got);
    assertThat(wanted(diff).replaceAll("(?s)<del>.*?</del>", ""))
        .isEqualTo(got(diff).replaceAll("(?s)<ins>.*?</ins>", ""));
  }
}
