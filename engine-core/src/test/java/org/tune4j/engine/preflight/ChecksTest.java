package org.tune4j.engine.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tune4j.engine.preflight.Finding.Level.OK;
import static org.tune4j.engine.preflight.Finding.Level.REFUSE;
import static org.tune4j.engine.preflight.Finding.Level.WARN;
import static org.tune4j.engine.preflight.RowsFixture.TOKENIZER;
import static org.tune4j.engine.preflight.RowsFixture.answer;
import static org.tune4j.engine.preflight.RowsFixture.encoded;
import static org.tune4j.engine.preflight.RowsFixture.finding;
import static org.tune4j.engine.preflight.RowsFixture.ids;
import static org.tune4j.engine.preflight.RowsFixture.joined;
import static org.tune4j.engine.preflight.RowsFixture.label;
import static org.tune4j.engine.preflight.RowsFixture.pair;
import static org.tune4j.engine.preflight.RowsFixture.report;
import static org.tune4j.engine.preflight.RowsFixture.row;
import static org.tune4j.engine.preflight.RowsFixture.tags;
import static org.tune4j.engine.preflight.RowsFixture.text;
import static org.tune4j.engine.tokenize.ByteTokenizer.BOS;
import static org.tune4j.engine.tokenize.ByteTokenizer.EOS;
import static org.tune4j.engine.tokenize.ByteTokenizer.PAD;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.preflight.Finding.Level;
import org.tune4j.engine.preflight.Measured.Bar;
import org.tune4j.engine.preflight.Measured.ClassCount;
import org.tune4j.engine.preflight.Measured.Defect;
import org.tune4j.engine.preflight.Measured.Empty;
import org.tune4j.engine.preflight.Measured.PrivateCount;
import org.tune4j.engine.preflight.privacy.PrivateKind;

/** Each check with rows whose right answer is known. */
class ChecksTest {
  private static void assertFinding(
      PreflightReport report, String key, Level level, String... parts) {
    assertThat(finding(report, key)).as(key).isNotNull();
    assertThat(finding(report, key).level()).as(finding(report, key).reason()).isEqualTo(level);
    for (String part : parts) {
      assertThat(finding(report, key).reason()).contains(part);
    }
  }

  private static List<PreflightRow> answers(int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> answer(i + 1, "question " + i * i, "reply " + 7 * i))
        .toList();
  }

  @Test
  void goodRowsAreFine() {
    PreflightReport report = report(answers(40), answers(0), Set.of());
    assertThat(report.findings()).allMatch(finding -> finding.level() == OK);
    assertThat(report.findings())
        .extracting(Finding::key)
        .containsExactly(
            "rows",
            "dropped",
            "cut",
            "empty_rows",
            "learned_tokens",
            "stop_token",
            "bos",
            "duplicates",
            "near_duplicates",
            "characters",
            "secrets",
            "personal_data");
  }

  @Test
  void rowsAreCounted() {
    Preflight preflight = new Preflight(TOKENIZER, List.of());
    answers(5).forEach(preflight::add);
    PreflightReport report = preflight.report(new FileRows(20, 3), FileRows.NONE, Optional.empty());
    assertFinding(report, "rows", WARN, "8 of 20 rows were looked at; 3 cannot be used");
    assertThat(report.measured().rows().sampled()).isTrue();
    assertFinding(report(), "rows", REFUSE, "no row can be used, of 0 rows");
  }

  @Test
  void tokensAreCounted() {
    PreflightReport report =
        report(
            answer(1, "abc", "de", 100),
            answer(2, "abcdef", "ghij", 8),
            answer(3, "abcdefgh", "i", 8),
            answer(4, "ab", "c", 100));
    assertThat(report.measured().tokens())
        .isEqualTo(
            new Measured.Tokens(
                6 + 11 + 10 + 4,
                6 + 8 + 4,
                3 + 2 + 2,
                3,
                4,
                6,
                11,
                11,
                IntStream.rangeClosed(4, 11)
                    .mapToObj(n -> new Bar(n, n, Set.of(4, 6, 10, 11).contains(n) ? 1 : 0))
                    .toList()));
    assertThat(report.measured().encoding())
        .isEqualTo(new Measured.Encoding(4, 3, 1, Map.of("too long", 1L), 0, 2, 0));
    assertFinding(report, "cut", WARN, "1 of 3 rows (33.3 %) are cut and lose 3 tokens");
    assertFinding(report, "dropped", WARN, "1 of 4 rows (25 %)", "too long: 1");
    assertFinding(report, "learned_tokens", OK, "38.9 % of the tokens");
    assertFinding(report, "stop_token", WARN, "2 of 3 rows (66.7 %)");
  }

  @Test
  void fewCutRowsAreFine() {
    List<PreflightRow> rows = new ArrayList<>(answers(99));
    rows.add(answer(100, "question", "a very long reply", 12));
    assertFinding(report(rows, List.of(), Set.of()), "cut", OK, "1 of 100 rows (1 %)");
  }

  @Test
  void nothingIsLeft() {
    PreflightReport report = report(answer(1, "abc", "de", 3), answer(2, "abcd", "de", 3));
    assertFinding(report, "dropped", REFUSE, "every row is dropped", "too long: 2");
    assertFinding(report, "learned_tokens", REFUSE);
    assertThat(finding(report, "stop_token")).isNull();
  }

  @Test
  void rowsWithoutLabelsAreTold() {
    Encoded unlearned = encoded(ids("abc"), 3, 10);
    PreflightReport report = report(answer(1, "a", "b"), row(2, "abc", "d", unlearned));
    assertFinding(report, "learned_tokens", WARN, "1 of 2 rows (50 %) have none");
  }

  @Test
  void pairsOfTheSameAnswerAreTold() {
    PreflightReport some = report(pair(1, "a", "b", "b"), pair(2, "a", "c", "d"));
    assertFinding(some, "equal_answers", WARN, "1 of 2 rows (50 %) have the same answer twice");
    assertFinding(report(pair(1, "a", "b", "b")), "equal_answers", REFUSE, "1 of 1 row");
    assertFinding(report(pair(1, "a", "b", "c")), "equal_answers", OK, "differ");
    assertFinding(report(pair(1, "a", "b", " ")), "empty_rows", WARN, "1 row without completion");
    assertThat(finding(report(answer(1, "a", "b")), "equal_answers")).isNull();
  }

  @Test
  void emptyPartsAreTold() {
    PreflightReport report =
        report(answer(1, " \n", "b"), answer(2, "a", ""), text(3, "\u3000"), label(4, "", "1"));
    assertThat(report.measured().empty()).isEqualTo(new Empty(1, 1, 2, 0, 0));
    assertFinding(
        report,
        "empty_rows",
        WARN,
        "1 row without prompt, 1 row without completion, 2 rows without text");
    assertFinding(
        report(answer(1, "", "one text"), answer(2, "", "another")),
        "empty_rows",
        OK,
        "no row has a prompt");
  }

  @ParameterizedTest
  @CsvSource({"0,10,REFUSE", "1,10,WARN", "8,10,WARN", "9,10,OK", "10,10,OK"})
  void stopTokensAreLearned(int stopping, int rows, Level level) {
    List<PreflightRow> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      String text = "text " + i;
      int[] ids = i < stopping ? joined(ids(text), new int[] {EOS}) : ids(text);
      all.add(row(i, "", text, encoded(ids, 0, 100)));
    }
    assertFinding(report(all, List.of(), Set.of()), "stop_token", level);
  }

  @Test
  void whatStopsIsEosOrAControlTokenAtTheEnd() {
    RowEnds ends = new RowEnds(TOKENIZER);
    int newLine = ids("\n")[0];
    int a = ids("a")[0];
    int[][] stopping = {{a, a, EOS}, {a, EOS, newLine, a}, {a, a, EOS, newLine, newLine}};
    int[][] others = {{a, a, a}, {EOS, a}, {a, BOS}, {a, PAD}, {a, 259}};
    for (int[] ids : stopping) {
      assertThat(ends.learnsToStop(encoded(ids, 0, 99).whole())).isTrue();
    }
    for (int[] ids : others) {
      assertThat(ends.learnsToStop(encoded(ids, 0, 99).whole())).isFalse();
    }
    // EOS stands there and is not learned.
    assertThat(ends.learnsToStop(encoded(new int[] {a, EOS, a}, 2, 99).whole())).isFalse();
  }

  @Test
  void beginningTokenMustNotComeTwice() {
    int[] once = joined(new int[] {BOS}, ids("ab"), new int[] {EOS});
    int[] turns = joined(once, once);
    int[] twice = joined(new int[] {BOS}, once);
    int[] within = joined(ids("ab"), once);
    assertFinding(
        report(row(1, "", "ab", encoded(once, 0, 99)), row(2, "", "c", encoded(turns, 0, 99))),
        "bos",
        OK);
    for (int[] bad : List.of(twice, within)) {
      assertFinding(
          report(row(1, "", "ab", encoded(once, 0, 99)), row(2, "", "c", encoded(bad, 0, 99))),
          "bos",
          REFUSE,
          "1 of 2 rows (50 %)");
    }
  }

  @Test
  void copiesAreToldAndMostlyCopiesAreRefused() {
    PreflightReport some = report(answer(4, "a", "b"), answer(2, "a ", "b"), answer(3, "c", "d"));
    assertFinding(
        some,
        "duplicates",
        WARN,
        "1 of 3 rows (33.3 %) are copies",
        "2 times (train.jsonl:2, train.jsonl:4)");
    PreflightReport most =
        report(answer(1, "a", "b"), answer(2, "a", "b"), answer(3, "a", "b"), answer(4, "a", "b"));
    assertFinding(most, "duplicates", REFUSE, "3 of 4 rows (75 %)", "train.jsonl:3, …)");
  }

  @Test
  void nearlyTheSameRowsAreTold() {
    String text = "我们这次圣诞假期原计划在海边住一周的，结果一住就是十天，服务很好。";
    PreflightReport report =
        report(answer(1, text, "正面"), answer(2, text + "！", "正面"), answer(3, "别的", "x"));
    assertFinding(
        report,
        "near_duplicates",
        WARN,
        "1 of 3 different texts nearly repeat another",
        "(train.jsonl:1, train.jsonl:2)");
    assertFinding(report, "duplicates", OK);
  }

  @Test
  void theSameTextMustHaveOneClass() {
    PreflightReport labels =
        report(label(1, "good", "1"), label(2, "good", "0"), label(3, "bad", "0"));
    assertFinding(labels, "conflicts", WARN, "2 of 3 rows (66.7 %)", "train.jsonl:1");
    PreflightReport tags =
        report(
            RowsFixture.tags(1, "O", "B-PER"),
            new PreflightRow(
                "other",
                2,
                PreflightRow.Form.TAGS,
                "tokens of line 1",
                List.of("O", "O"),
                Optional.empty()));
    assertFinding(tags, "conflicts", WARN, "2 of 2 rows");
    List<PreflightRow> fewCompletions =
        IntStream.range(0, 10)
            .mapToObj(
                i -> answer(i, "question " + i % 9, i == 9 ? "no" : i % 2 == 0 ? "yes" : "no"))
            .toList();
    assertFinding(
        report(fewCompletions, List.of(), Set.of()), "conflicts", WARN, "2 of 10 rows (20 %)");
    assertThat(
            finding(report(answer(1, "a joke?", "one"), answer(2, "a joke?", "two")), "conflicts"))
        .isNull();
  }

  @Test
  void overlapIsToldAndMostlyOverlapIsRefused() {
    List<PreflightRow> rows = answers(20);
    List<PreflightRow> heldOut = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      heldOut.add(answer(i + 1, "held-out prompt with number " + i * i * 37, "x" + i * i * 91));
    }
    assertFinding(report(rows, heldOut, Set.of()), "overlap", OK, "none of 10 evaluation rows");
    for (int i = 0; i < 5; i++) {
      heldOut.set(i, answer(i + 1, "question " + i * i, "reply " + 7 * i));
    }
    assertFinding(
        report(rows, heldOut, Set.of()),
        "overlap",
        WARN,
        "5 of 10 evaluation rows (50 %)",
        "5 word for word, 0 nearly",
        "first train.jsonl:1, train.jsonl:2");
    heldOut.set(5, answer(6, "question 25", "reply 35"));
    assertFinding(report(rows, heldOut, Set.of()), "overlap", REFUSE, "6 of 10");
    assertThat(finding(report(rows, List.of(), Set.of()), "overlap")).isNull();
  }

  private static List<PreflightRow> labelled(String... labels) {
    return IntStream.range(0, labels.length)
        .mapToObj(i -> label(i + 1, "text " + i, labels[i]))
        .toList();
  }

  private static String[] times(Object... counts) {
    return IntStream.range(0, counts.length / 2)
        .boxed()
        .flatMap(i -> Collections.nCopies((int) counts[2 * i + 1], (String) counts[2 * i]).stream())
        .toArray(String[]::new);
  }

  @Test
  void labelsShouldBeBalanced() {
    PreflightReport unequal = report(labelled(times("正面", 15, "负面", 10)), List.of(), Set.of());
    assertThat(unequal.measured().classes())
        .isEqualTo(
            new Measured.Classes(
                "labels", List.of(new ClassCount("正面", 15), new ClassCount("负面", 10))));
    assertFinding(unequal, "labels", WARN, "15 times, is 1.5 times", "10 times");
    assertFinding(report(labelled(times("a", 14, "b", 10)), List.of(), Set.of()), "labels", OK);
    assertFinding(
        report(labelled(times("a", 7)), List.of(), Set.of()), "labels", REFUSE, "all labels");
  }

  @Test
  void ofManyClassesRareOnesDoNotCount() {
    List<Object> counts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      counts.addAll(List.of("main" + i, 10));
    }
    counts.addAll(List.of("rare", 1));
    assertFinding(report(labelled(times(counts.toArray())), List.of(), Set.of()), "labels", OK);
    assertFinding(
        report(labelled(times("a", 10, "b", 10, "rare", 1)), List.of(), Set.of()),
        "labels",
        WARN,
        "10.0 times");
  }

  @Test
  void entitiesAreCountedByTheirFirstTags() {
    PreflightReport report =
        report(
            tags(1, "O", "B-PER", "I-PER", "I-PER", "O", "O"),
            tags(2, "B-LOC", "O", "B-LOC", "S-PER"));
    assertThat(report.measured().classes().compared())
        .containsExactly(new ClassCount("LOC", 2), new ClassCount("PER", 2));
    assertFinding(report, "labels", OK);
    assertFinding(report(tags(1, "O", "O"), tags(2, "O")), "labels", REFUSE, "all tags");
    assertFinding(
        report(tags(1, "NOUN", "VERB", "NOUN"), tags(2, "O")), "labels", WARN, "2.0 times");
  }

  @Test
  void fewShortCompletionsAreClasses() {
    List<PreflightRow> rows = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      rows.add(answer(i, "question " + i, i % 3 == 0 ? " yes" : "no"));
    }
    PreflightReport report = report(rows, List.of(), Set.of());
    assertThat(report.measured().classes().of()).isEqualTo("completions");
    assertFinding(report, "labels", WARN, "20 times, is 2.0 times");
    rows.add(answer(31, "question", "no; and this is why it is not as you may have thought"));
    assertThat(report(rows, List.of(), Set.of()).measured().classes())
        .isEqualTo(Measured.Classes.NONE);
    assertThat(report(answers(30), List.of(), Set.of()).measured().classes())
        .isEqualTo(Measured.Classes.NONE);
  }

  @Test
  void numbersToMeetAreNoClasses() {
    String[] numbers = IntStream.range(0, 50).mapToObj(i -> i / 8.0 + "").toArray(String[]::new);
    assertThat(finding(report(labelled(numbers), List.of(), Set.of()), "labels")).isNull();
    assertFinding(report(labelled(times("1", 9, "0", 9)), List.of(), Set.of()), "labels", OK);
  }

  @Test
  void brokenTextIsTold() {
    PreflightReport report =
        report(
            text(1, "fine\ttext\r\n"),
            text(4, "caf\u00c3\u00a9"),
            text(3, "l\ufffdst \ufffd"),
            text(2, "\ud83dhalf"),
            text(5, "bell\u0007 and\u0085"));
    assertThat(report.measured().characters())
        .satisfies(
            c -> {
              assertThat(c.replacement()).isEqualTo(new Defect(2, 1, "train.jsonl:3"));
              assertThat(c.loneSurrogates()).isEqualTo(new Defect(1, 1, "train.jsonl:2"));
              assertThat(c.control()).isEqualTo(new Defect(2, 1, "train.jsonl:5"));
              assertThat(c.mojibake()).isEqualTo(new Defect(1, 1, "train.jsonl:4"));
            });
    assertFinding(
        report,
        "characters",
        WARN,
        "2 signs U+FFFD of a wrong decoding in 1 row, first train.jsonl:3",
        "1 half of a surrogate pair",
        "1 stretch in a wrong encoding",
        "2 control characters");
  }

  @Test
  void expensiveCharactersAreNamed() {
    PreflightReport few = report(text(1, "a".repeat(96) + "你你好é"));
    assertFinding(
        few,
        "characters",
        OK,
        "3 characters of three tokens or more",
        "(3 %)",
        "most often U+4F60 (2), U+597D (1)");
    assertThat(few.measured().characters().worst())
        .containsExactly(
            new Measured.WorstCharacter("U+4F60", 2, 3, false),
            new Measured.WorstCharacter("U+597D", 1, 3, false));
    assertFinding(report(text(1, "你好，世界 hello")), "characters", WARN, "(45.5 %)");
  }

  @Test
  void privateDataIsCounted() {
    String email = "alice@example.com";
    String key = "AKIA" + "IOSFODNN7EXAMPLE";
    PreflightReport report =
        report(
            answer(1, "Write to " + email + " or " + email, "done"),
            answer(2, "The key is", key),
            answer(3, "nothing", email));
    assertThat(report.measured().privateData())
        .containsExactly(
            new PrivateCount(PrivateKind.EMAIL, 3, 2), new PrivateCount(PrivateKind.AWS_KEY, 1, 1));
    assertFinding(report, "personal_data", WARN, "email: 3 in 2 rows");
    assertFinding(report, "secrets", WARN, "aws_key: 1 in 1 row");
    assertThat(report.measured().shown()).isEmpty();
    assertThat(report.json()).doesNotContain(email).doesNotContain(key);
  }

  @ParameterizedTest
  @CsvSource({"80,100,OK", "81,100,WARN", "100,100,WARN", "101,100,REFUSE"})
  void memoryMustSuffice(long needed, long available, Level level) {
    Preflight preflight = new Preflight(TOKENIZER, List.of());
    answers(3).forEach(preflight::add);
    Forecast forecast = new Forecast(needed << 20, available << 20, 90, 12, null);
    PreflightReport report =
        preflight.report(new FileRows(3, 0), FileRows.NONE, Optional.of(forecast));
    assertFinding(report, "memory", level, needed + " MiB of 100 MiB");
  }

  private static PreflightReport forecast(Forecast forecast) {
    Preflight preflight = new Preflight(TOKENIZER, List.of());
    answers(3).forEach(preflight::add);
    return preflight.report(new FileRows(3, 0), FileRows.NONE, Optional.of(forecast));
  }

  @Test
  void whatDoesNotFitIsRefusedWithWhatDoes() {
    Forecast.Division asked = new Forecast.Division(1, true, true);
    Forecast.Division fits =
        new Forecast.Division(4, false, true, "master_weights = split24, optim = adamw_8bit");
    PreflightReport report = forecast(new Forecast(101 << 20, 100 << 20, 90, 12, asked, fits));
    assertFinding(report, "memory", REFUSE, "even with micro-batches of 1 row and recompute");
    assertFinding(
        report,
        "memory",
        REFUSE,
        "what fits is micro-batches of 4 rows and master_weights = split24, optim = adamw_8bit:"
            + " memory auto takes it");
  }

  @Test
  void whatChangesNumbersIsSaid() {
    Forecast.Division chosen = new Forecast.Division(4, false, true, "optim = adamw_8bit");
    PreflightReport report = forecast(new Forecast(50 << 20, 100 << 20, 90, 12, chosen));
    assertFinding(
        report,
        "memory",
        WARN,
        "optim = adamw_8bit, chosen because what was asked for does not fit; numbers differ");
  }

  @Test
  void keysAreDifferent() {
    assertThat(Checks.ALL.stream().map(Check::key).distinct())
        .hasSameSizeAs(Checks.ALL)
        .allMatch(key -> key.matches("[a-z_]+"));
  }
}
