package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.columns;
import static org.tune4j.engine.data.source.Reading.json;
import static org.tune4j.engine.data.source.Reading.skipping;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaggedFileTest {
  @TempDir Path folder;

  private ExampleSource source(String ending, String content) throws IOException {
    return new DataFiles().open(Files.writeString(folder.resolve("a." + ending), content));
  }

  @ParameterizedTest
  @ValueSource(strings = {"iob2", "conll", "bio"})
  void blankLinesPartSentences(String ending) throws IOException {
    ExampleSource source =
        source(
            ending, "\uFEFF\n北\tB-LOC\r\n京\tI-LOC\r\n\r\n \t\n \tO\n\u3000\tO\na b\tO\n\nx O\n  O");
    assertThat(all(source)).extracting(Row::line).containsExactly(2L, 6L, 10L);
    assertThat(columns(source))
        .containsExactly(
            json("{'tokens':['北','京'],'tags':['B-LOC','I-LOC']}"),
            json("{'tokens':[' ','\u3000','a b'],'tags':['O','O','O']}"),
            json("{'tokens':['x',' '],'tags':['O','O']}"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"alone", "alone\t", "EU NNP B-NP B-ORG", "a\tb\tO", "a\tb O", "\tO"})
  void aLineThatIsNotTwoFieldsSpoilsItsSentence(String line) throws IOException {
    BadRows bad = skipping();
    ExampleSource source = source("bio", "a\tO\n\nb\tO\n" + line + "\nc\tO\n\nd\tO\n");
    assertThat(all(source, bad)).extracting(Row::line).containsExactly(1L, 7L);
    assertThat(bad.first()).hasSize(1);
    assertThat(bad.first().get(0))
        .contains("a.bio:3: line 4: found ")
        .contains("wanted are a token and its tag");
  }

  @Test
  void aLongSentenceIsSkipped() {
    String text = "a\tO\n\n" + "b\tO\n".repeat(500) + "\nc\tO\n";
    ByteInput in =
        new ByteInput("a.bio", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    BadRows bad = skipping();
    try (Stream<Row> rows = FileFormat.TAGGED.read(in, 1000).stream("a.bio", bad)) {
      assertThat(rows.map(Row::line)).containsExactly(1L, 504L);
    }
    assertThat(bad.first().get(0))
        .startsWith("a.bio:3: ")
        .contains("the row is longer than 1000 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n\n"})
  void nothingIsNoRows(String content) throws IOException {
    assertThat(all(source("iob2", content))).isEmpty();
  }
}
