package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.eval.text.CommonSubsequence;

/**
 * Two texts with the words marked that only one of them has. A word is a run of letters and digits,
 * or one character of a script that writes without spaces; white space is a word of its own.
 */
final class WordDiff {
  private static final Pattern WORD =
      Pattern.compile(
          "[\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsThai}]|[\\p{L}\\p{M}\\p{N}&&[^\\p{IsHan}\\p{IsHiragana}\\p{IsKatakana}\\p{IsThai}]]+|\\s+|.",
          Pattern.DOTALL);

  private final List<String> wanted;
  private final List<String> got;
  private final BitSet common;

  WordDiff(String wanted, String got) {
    this.wanted = words(wanted);
    this.got = words(got);
    this.common = CommonSubsequence.places(this.wanted, this.got);
  }

  private static List<String> words(String text) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }

  /** How many words both have in this order. */
  int common() {
    return common.cardinality();
  }

  /** The wanted text, with what is missing in the other as {@code <del>}. */
  String wantedHtml() {
    return marked(wanted, common, "del");
  }

  /** The text that was got, with what it has besides as {@code <ins>}. */
  String gotHtml() {
    BitSet found = new BitSet();
    int at = 0;
    for (int place = common.nextSetBit(0); place >= 0; place = common.nextSetBit(place + 1)) {
      while (!got.get(at).equals(wanted.get(place))) {
        at++;
      }
      found.set(at++);
    }
    return marked(got, found, "ins");
  }

  private static String marked(List<String> words, BitSet plain, String element) {
    StringBuilder html = new StringBuilder();
    int at = 0;
    while (at < words.size()) {
      boolean isPlain = plain.get(at);
      int end = isPlain ? plain.nextClearBit(at) : plain.nextSetBit(at);
      end = end < 0 ? words.size() : Math.min(end, words.size());
      String text = Html.escape(String.join("", words.subList(at, end)));
      html.append(isPlain ? text : "<%s>%s</%s>".formatted(element, text, element));
      at = end;
    }
    return html.toString();
  }
}
