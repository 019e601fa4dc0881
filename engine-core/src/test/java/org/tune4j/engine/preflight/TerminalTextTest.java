package org.tune4j.engine.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tune4j.engine.preflight.RowsFixture.answer;
import static org.tune4j.engine.preflight.RowsFixture.label;
import static org.tune4j.engine.preflight.RowsFixture.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;

class TerminalTextTest {
  private static PreflightReport mixed() {
    return report(
        answer(1, "What is 2 + 2?", "4"),
        answer(2, "你好吗？", "我很好，谢谢。", 27),
        answer(3, "A \u001b[31mred\u202e prompt\nof\ttwo lines", "yes"));
  }

  @Example
  void learnedTextStandsInBrackets() {
    assertThat(mixed().text(false).lines())
        .contains(
            "rows          3",
            "  What is 2 + 2?⟦4</s>⟧",
            "  你好吗？⟦我很好，谢⟧⟪谢。</s>⟫",
            "  A ␛[31mred<U+202E> prompt↵",
            "  of→two lines⟦yes</s>⟧")
        .anyMatch(
            line ->
                line.matches(" {2}train.jsonl:2, of about median length: 34 tokens, 15 learned"))
        .anyMatch(line -> line.matches(" {2}ok +bos +no row has more than one BOS token"));
  }

  @Example
  void coloursOnlyIfAsked() {
    assertThat(mixed().text(false)).doesNotContain("\u001b");
    assertThat(mixed().text(true))
        .contains("\u001b[2mWhat is 2 + 2?\u001b[0m\u001b[1;32m4</s>\u001b[0m")
        .contains("\u001b[9;31m谢。</s>\u001b[0m")
        .doesNotContain("⟦")
        .doesNotContain("\u001b[31mred");
  }

  @Example
  void theWorstComesLast() {
    PreflightReport report = report(label(1, "good", "1"), label(2, "", "1"));
    List<String> levels =
        report
            .text(false)
            .lines()
            .dropWhile(line -> !line.equals("Findings"))
            .map(line -> line.strip().split(" ")[0])
            .filter(word -> word.matches("ok|warning|REFUSED"))
            .toList();
    assertThat(levels).endsWith("warning", "REFUSED").startsWith("ok");
  }

  @Example
  void barsOfChineseClassesBeginInOneColumn() {
    PreflightReport report =
        report(
            label(1, "a", "正面"), label(2, "b", "正面"), label(3, "c", "neutral"), label(4, "d", ""));
    List<Integer> columns =
        report
            .text(false)
            .lines()
            .filter(line -> line.contains("█"))
            .map(line -> TextWidth.of(line.substring(0, line.indexOf('█'))))
            .toList();
    assertThat(columns).hasSize(3).containsOnly(12);
    assertThat(report.text(false)).contains("  (empty)   ██", " 2  50 %");
  }

  @Example
  void linesKeepToTheirWidth() {
    List<PreflightRow> rows = new ArrayList<>();
    for (int i = 1; i < 30; i++) {
      rows.add(answer(i, "long prompt ".repeat(i) + "很长的提示".repeat(i), "w".repeat(9 * i)));
    }
    String text = report(rows, rows, Set.of()).text(false);
    assertThat(text.lines().filter(line -> !line.contains("⟦") && !line.contains("⟧")))
        .allMatch(line -> TextWidth.of(line) <= 100);
  }

  @Property(tries = 200)
  void linesHoldAllOfAText(
      @ForAll
          @StringLength(max = 80)
          @CharRange(from = 'a', to = 'e')
          @CharRange(from = ' ', to = ' ')
          @CharRange(from = '\u4e00', to = '\u4e05')
          String text) {
    List<String> lines = TextWidth.lines(text, 12);
    assertThat(lines.stream().collect(Collectors.joining()).replace(" ", ""))
        .isEqualTo(text.replace(" ", ""));
    assertThat(lines).allMatch(line -> TextWidth.of(line) <= 12 || !line.strip().contains(" "));
  }

  @Example
  void widths() {
    assertThat(TextWidth.of("abc")).isEqualTo(3);
    assertThat(TextWidth.of("你好，")).isEqualTo(6);
    assertThat(TextWidth.of("e\u0301")).isEqualTo(1);
    assertThat(TextWidth.of("\ud83d\ude00")).isEqualTo(2);
    assertThat(TextWidth.of("한글")).isEqualTo(4);
  }
}
