package org.tune4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class WordDiffTest {
  @Example
  void marksWords() {
    WordDiff diff = new WordDiff("the staff were kind", "the staff was kind");
    assertThat(diff.wantedHtml()).isEqualTo("the staff <del>were</del> kind");
    assertThat(diff.gotHtml()).isEqualTo("the staff <ins>was</ins> kind");
  }

  @Example
  void marksCharactersOfScriptsWithoutSpaces() {
    WordDiff diff = new WordDiff("房间很干净", "房间干净了");
    assertThat(diff.wantedHtml()).isEqualTo("房间<del>很</del>干净");
    assertThat(diff.gotHtml()).isEqualTo("房间干净<ins>了</ins>");
  }

  @Example
  void escapesEachPart() {
    WordDiff diff = new WordDiff("a <b>", "a <i>");
    assertThat(diff.wantedHtml()).isEqualTo("a &lt;<del>b</del>&gt;");
    assertThat(diff.gotHtml()).isEqualTo("a &lt;<ins>i</ins>&gt;");
  }

  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.strings().withChars("ab 中\n.").ofMaxLength(30);
  }

  @Property(tries = 500)
  void bothTextsAreWholeAndShareWhatIsNotMarked(
      @ForAll("texts") String wanted, @ForAll("texts") String got) {
    WordDiff diff = new WordDiff(wanted, got);
    assertThat(diff.wantedHtml().replaceAll("</?del>", "")).isEqualTo(wanted);
    assertThat(diff.gotHtml().replaceAll("</?ins>", "")).isEqualTo(got);
    assertThat(diff.wantedHtml().replaceAll("(?s)<del>.*?</del>", ""))
        .isEqualTo(diff.gotHtml().replaceAll("(?s)<ins>.*?</ins>", ""));
  }
}
