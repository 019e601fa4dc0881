package org.tune4j.eval.report;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.eval.report.Piece.Kind;
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

  /** The wanted text; what is missing in the other is different. */
  List<Piece> wanted() {
    return marked(wanted, common);
  }

  /** The text that was got; what it has besides is different. */
  List<Piece> got() {
    BitSet found = new BitSet();
    int at = 0;
    for (int place = common.nextSetBit(0); place >= 0; place = common.nextSetBit(place + 1)) {
      while (!got.get(at).equals(wanted.get(place))) {
        at++;
      }
      found.set(at++);
    }
    return marked(got, found);
  }

  private static List<Piece> marked(List<String> words, BitSet plain) {
    List<Piece> pieces = new ArrayList<>();
    int at = 0;
    while (at < words.size()) {
      boolean isPlain = plain.get(at);
      int end = isPlain ? plain.nextClearBit(at) : plain.nextSetBit(at);
      end = end < 0 ? words.size() : Math.min(end, words.size());
      pieces.add(
          new Piece(
              String.join("", words.subList(at, end)), isPlain ? Kind.PLAIN : Kind.DIFFERENT));
      at = end;
    }
    return pieces;
  }
}
