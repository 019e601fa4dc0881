package org.tune4j.testdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusTest {
  private static final int ROWS = 10_000;

  private static final Pattern LABEL_WORDS =
      Pattern.compile(
          "The test for (flu|pollen|sugar) was (positive|negative)\\."
              + "|There was (positive|negative) news from"
              + "|The news from [A-Za-z ]+ was (positive|negative)\\."
              + "|有(正面|负面)消息。"
              + "|消息是(正面|负面)的。");

  private final List<String> rows = rows(11);

  private static List<String> rows(long seed) {
    Corpus corpus = new Corpus(seed);
    return IntStream.range(0, ROWS).mapToObj(corpus::row).toList();
  }

  @Test
  void rowsAreAFunctionOfSeedAndNumber() {
    assertThat(new Corpus(11).row(9_999)).isEqualTo(rows.get(9_999));
    assertThat(rows(11)).isEqualTo(rows);
    Set<String> other = new HashSet<>(rows(12));
    assertThat(rows.stream().filter(other::contains).count()).isLessThan(ROWS / 10);
  }

  @Test
  void almostEveryRowIsNew() {
    assertThat(new HashSet<>(rows)).hasSizeGreaterThan(ROWS * 95 / 100);
  }

  @Test
  void everyKindWritesManyThousandTextsInEachLanguage() {
    for (Corpus.Part part : Corpus.PARTS) {
      TextKind kind = part.kind();
      for (Language language : Language.values()) {
        Set<String> texts = new HashSet<>();
        for (int row = 0; row < 4000; row++) {
          texts.add(kind.write(language, Seeds.random(5, row)));
        }
        assertThat(texts).as("%s, %s", kind.getClass(), language).hasSizeGreaterThan(3400);
      }
    }
  }

  @Test
  void noRowHoldsTheDemosPromptForm() {
    assertThat(rows)
        .noneMatch(row -> row.contains("Review") || row.contains("Sentiment"))
        .noneMatch(row -> row.contains("评论") || row.contains("情感"));
    // The labels' words occur as results of medical tests and as a kind of news, nowhere else.
    assertThat(rows)
        .filteredOn(row -> row.matches("(?s).*(positive|negative|正面|负面).*"))
        .isNotEmpty()
        .allMatch(row -> LABEL_WORDS.matcher(row).find());
  }

  @Test
  void noRowHoldsAHeldOutReviewOrQuestion() throws IOException {
    Set<String> written = new HashSet<>();
    for (String row : rows) {
      written.addAll(row.lines().toList());
    }
    for (String line : TestResources.lines("demo/sentiment_test.jsonl")) {
      String review = line.replaceAll("^\\{\"prompt\": \"(Review: |评论：)|\\\\n.*$", "");
      assertThat(HeldOut.contains(review)).isTrue();
      assertThat(written).doesNotContain(review);
    }
    for (String line : TestResources.lines("demo/arithmetic_test.jsonl")) {
      String question = line.replaceAll("^\\{\"question\": \"|\", \"answer\".*$", "");
      assertThat(HeldOut.contains(question)).isTrue();
      assertThat(written).doesNotContain(question);
    }
  }

  @Test
  void everySlotIsFilledAndEveryTextIsClean() {
    assertThat(rows)
        .allSatisfy(
            row ->
                assertThat(row)
                    .doesNotContainPattern(
                        "[{}|=]  |[{}]|  |\\s$|^\\s|[\\u4e00-\\u9fff]\\.|\\.\\."));
  }

  @Test
  void pretrainingFileIsTheSameEveryTime(@TempDir Path folder) throws IOException {
    Path first = Corpus.writePretraining(folder.resolve("a/pretrain.jsonl"), 200, 7);
    Path second = Corpus.writePretraining(folder.resolve("b/pretrain.jsonl"), 200, 7);
    assertThat(first).hasSameBinaryContentAs(second);
    assertThat(Files.readAllLines(first))
        .hasSize(200)
        .allMatch(line -> line.startsWith("{\"text\": \"") && line.endsWith("\"}"));
    assertThatThrownBy(() -> Corpus.writePretraining(folder.resolve("c"), 0, 7))
        .hasMessageContaining("rows is 0");
  }
}
