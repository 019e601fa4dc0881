package org.tune4j.engine.preflight;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.preflight.Measured.Encoding;
import org.tune4j.engine.preflight.Measured.Tokens;
import org.tune4j.engine.tokenize.Tokenizer;

/** Counts what becomes of rows in tokens. */
final class TokenCounts {
  private final Tokenizer tokenizer;
  private final RowEnds ends;
  private final Map<String, Long> dropped = new TreeMap<>();
  private final LengthCounts lengths = new LengthCounts();
  private long rows;
  private long kept;
  private long cut;
  private long unlearned;
  private long stopped;
  private long severalBos;
  private long tokens;
  private long keptTokens;
  private long learnedTokens;
  private long cutTokens;
  private long unknownTokens;

  TokenCounts(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    this.ends = new RowEnds(tokenizer);
  }

  void add(Encoded row) {
    int wholeLearned = row.whole().labelCount();
    int learned = row.kept().map(EncodedExample::labelCount).orElse(0);
    boolean stops = all(row, ends::learnsToStop);
    boolean bos = any(row, ends::hasSeveralBos);
    int unknown = row.kept().map(this::unknown).orElse(0);
    synchronized (this) {
      rows++;
      lengths.add(row.whole().length());
      tokens += row.whole().length();
      unlearned += wholeLearned == 0 ? 1 : 0;
      row.dropped().ifPresent(reason -> dropped.merge(reason, 1L, Long::sum));
      if (row.kept().isPresent()) {
        kept++;
        keptTokens += row.kept().get().length();
        learnedTokens += learned;
      }
      if (row.cut()) {
        cut++;
        cutTokens += row.whole().length() - row.kept().get().length();
      }
      stopped += stops ? 1 : 0;
      severalBos += bos ? 1 : 0;
      unknownTokens += unknown;
    }
  }

  private static boolean all(Encoded row, Predicate<EncodedExample> test) {
    return row.kept().map(kept -> kept.documents().stream().allMatch(test)).orElse(false);
  }

  private static boolean any(Encoded row, Predicate<EncodedExample> test) {
    return row.kept().map(kept -> kept.documents().stream().anyMatch(test)).orElse(false);
  }

  private int unknown(EncodedExample row) {
    int count = 0;
    for (EncodedExample document : row.documents()) {
      for (int id : document.ids()) {
        count += tokenizer.isUnknown(id) ? 1 : 0;
      }
    }
    return count;
  }

  synchronized Encoding encoding() {
    return new Encoding(rows, kept, cut, dropped, unlearned, stopped, severalBos);
  }

  synchronized Tokens tokens() {
    return new Tokens(
        tokens,
        keptTokens,
        learnedTokens,
        cutTokens,
        lengths.quantile(0),
        lengths.quantile(0.5),
        lengths.quantile(0.95),
        lengths.quantile(1),
        lengths.histogram());
  }

  synchronized long unknownTokens() {
    return unknownTokens;
  }
}
