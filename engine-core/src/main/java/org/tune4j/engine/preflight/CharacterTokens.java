package org.tune4j.engine.preflight;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.tokenize.Encoding;
import org.tune4j.engine.tokenize.Tokenizer;

/** How a vocabulary writes single characters. */
final class CharacterTokens {
  /** Among more different characters the rare ones are not looked at. */
  private static final int MOST_CHARACTERS = 20_000;

  private static final int AT_ONCE = 500;
  private static final int MANY_TOKENS = 3;

  /**
   * A character that occurs.
   *
   * @param character its code point
   * @param count how often
   * @param tokens tokens that it takes on its own
   * @param unknown whether one of them is the unknown token
   */
  record Count(int character, long count, int tokens, boolean unknown) {}

  private CharacterTokens() {}

  /**
   * Those that cannot be written, or take three tokens or more, or are written as single bytes.
   *
   * @param counts the most frequent first
   */
  static List<Count> bad(Tokenizer tokenizer, List<Count> counts) {
    List<Count> bad = new ArrayList<>();
    int end = Math.min(counts.size(), MOST_CHARACTERS);
    for (int from = 0; from < end; from += AT_ONCE) {
      addBad(tokenizer, counts.subList(from, Math.min(end, from + AT_ONCE)), bad);
    }
    return bad;
  }

  /** Many at once, each on a line of its own, so that none becomes a token with another. */
  private static void addBad(Tokenizer tokenizer, List<Count> counts, List<Count> bad) {
    StringBuilder lines = new StringBuilder("\n");
    int[] index = new int[1 + 3 * counts.size()];
    for (int i = 0; i < counts.size(); i++) {
      index[lines.length()] = i + 1;
      lines.appendCodePoint(counts.get(i).character()).append('\n');
    }
    int[] tokens = new int[counts.size() + 1];
    boolean[] unknown = new boolean[counts.size() + 1];
    boolean[] bytes = new boolean[counts.size() + 1];
    Encoding encoding = tokenizer.encodeText(lines.toString());
    for (int t = 0; t < encoding.length(); t++) {
      for (int c = encoding.starts()[t]; c < encoding.ends()[t]; c++) {
        tokens[index[c]]++;
        unknown[index[c]] |= tokenizer.isUnknown(encoding.ids()[t]);
        bytes[index[c]] |= encoding.tokens().get(t).matches("<0x[0-9A-F]{2}>");
      }
    }
    for (int i = 1; i <= counts.size(); i++) {
      if (unknown[i] || bytes[i] || tokens[i] >= MANY_TOKENS) {
        Count count = counts.get(i - 1);
        bad.add(new Count(count.character(), count.count(), tokens[i], unknown[i]));
      }
    }
  }
}
