package org.tune4j.engine.preflight;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tune4j.engine.preflight.Measured.Characters;
import org.tune4j.engine.preflight.Measured.Defect;
import org.tune4j.engine.preflight.Measured.WorstCharacter;
import org.tune4j.engine.tokenize.Tokenizer;

/** Counts characters: each of them, and those that are broken. */
final class CharacterCounts {
  private static final int PAGE_BITS = 8;
  private static final int NAMED = 10;

  /** Counts by code point, in pages that are made when they are needed. */
  private final long[][] pages = new long[(Character.MAX_CODE_POINT >> PAGE_BITS) + 1][];

  private final DefectCount replacement = new DefectCount();
  private final DefectCount control = new DefectCount();
  private final DefectCount loneSurrogates = new DefectCount();
  private final DefectCount mojibake = new DefectCount();
  private long all;

  /** A kind of broken text. */
  private static final class DefectCount {
    private long count;
    private long rows;
    private PreflightRow first;

    void add(PreflightRow row, int found) {
      if (found > 0) {
        count += found;
        rows++;
        first = first == null || isBefore(row, first) ? row : first;
      }
    }

    private static boolean isBefore(PreflightRow a, PreflightRow b) {
      int byFile = a.file().compareTo(b.file());
      return byFile == 0 ? a.line() < b.line() : byFile < 0;
    }

    Defect defect() {
      return new Defect(count, rows, first == null ? "" : first.where());
    }
  }

  void add(PreflightRow row) {
    List<String> texts = row.texts().toList();
    int broken = texts.stream().mapToInt(Mojibake::count).sum();
    synchronized (this) {
      int[] found = new int[3];
      texts.forEach(text -> count(text, found));
      replacement.add(row, found[0]);
      control.add(row, found[1]);
      loneSurrogates.add(row, found[2]);
      mojibake.add(row, broken);
    }
  }

  private void count(String text, int[] found) {
    for (int i = 0; i < text.length(); i++) {
      int c = text.charAt(i);
      if (Character.isSurrogate((char) c)) {
        c = text.codePointAt(i);
        i += Character.charCount(c) - 1;
      }
      all++;
      long[] page = pages[c >> PAGE_BITS];
      if (page == null) {
        page = new long[1 << PAGE_BITS];
        pages[c >> PAGE_BITS] = page;
      }
      page[c & (1 << PAGE_BITS) - 1]++;
      found[0] += c == 0xFFFD ? 1 : 0;
      found[1] += c < 0xA0 && isControl(c) ? 1 : 0;
      found[2] += c >= 0xD800 && c < 0xE000 ? 1 : 0;
    }
  }

  private static boolean isControl(int c) {
    return c < ' ' && c != '\t' && c != '\n' && c != '\r' || c >= 0x7F;
  }

  /** What was counted. */
  synchronized Characters characters(Tokenizer tokenizer, long unknownTokens) {
    List<CharacterTokens.Count> bad = CharacterTokens.bad(tokenizer, counts());
    return new Characters(
        all,
        unknownTokens,
        bad.stream().filter(c -> c.unknown()).mapToLong(c -> c.count()).sum(),
        bad.stream().filter(c -> !c.unknown()).mapToLong(c -> c.count()).sum(),
        replacement.defect(),
        control.defect(),
        loneSurrogates.defect(),
        mojibake.defect(),
        bad.stream()
            .limit(NAMED)
            .map(
                c ->
                    new WorstCharacter(
                        "U+%04X".formatted(c.character()), c.count(), c.tokens(), c.unknown()))
            .toList());
  }

  /** All that are whole and no control characters, the most frequent first. */
  private List<CharacterTokens.Count> counts() {
    List<CharacterTokens.Count> counts = new ArrayList<>();
    for (int page = 0; page < pages.length; page++) {
      for (int i = 0; pages[page] != null && i < pages[page].length; i++) {
        int c = page << PAGE_BITS | i;
        if (pages[page][i] > 0 && !Character.isISOControl(c) && (c < 0xD800 || c > 0xDFFF)) {
          counts.add(new CharacterTokens.Count(c, pages[page][i], 0, false));
        }
      }
    }
    counts.sort(Comparator.comparingLong(count -> -count.count()));
    return counts;
  }
}
