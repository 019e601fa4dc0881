package org.tune4j.engine.preflight;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.tune4j.engine.data.Encoded;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Chooses three rows to show: the first of those that are learned from, of a sample the one whose
 * length is nearest to the median, and the longest of the others. Files count in the order of their
 * names.
 */
final class ShownRows {
  private static final int ROWS = 3;
  private static final int SAMPLE = 64;

  private record Candidate(String file, long line, long draw, Encoded encoded) {
    int length() {
      return encoded.whole().length();
    }
  }

  private static final Comparator<Candidate> PLACE =
      Comparator.comparing(Candidate::file).thenComparing(Candidate::line);
  private static final Comparator<Candidate> KEPT =
      Comparator.comparing(candidate -> -candidate.encoded.kept().orElseThrow().length());

  private final TreeSet<Candidate> first = new TreeSet<>(PLACE);
  private final TreeSet<Candidate> longest = new TreeSet<>(KEPT.thenComparing(PLACE));
  private final TreeSet<Candidate> sample =
      new TreeSet<>(Comparator.comparing(Candidate::draw).thenComparing(PLACE));

  /** Takes a row that may be shown. */
  void add(PreflightRow row) {
    if (row.encoded().flatMap(Encoded::kept).isEmpty()) {
      return;
    }
    // The draw is a function of the place, so that the order in which rows come has no effect.
    long draw = new SplittableRandom(31L * row.file().hashCode() + row.line()).nextLong();
    Candidate candidate = new Candidate(row.file(), row.line(), draw, row.encoded().get());
    synchronized (this) {
      add(candidate, first, 1);
      add(candidate, longest, ROWS);
      add(candidate, sample, SAMPLE);
    }
  }

  private static void add(Candidate candidate, TreeSet<Candidate> chosen, int most) {
    chosen.add(candidate);
    if (chosen.size() > most) {
      chosen.pollLast();
    }
  }

  /** The rows to show; each only once. */
  synchronized List<ShownRow> rows(Tokenizer tokenizer, int medianLength) {
    Comparator<Candidate> distance =
        Comparator.comparing(candidate -> Math.abs(candidate.length() - medianLength));
    Map<Candidate, String> chosen = new LinkedHashMap<>();
    choose(chosen, first, PLACE, "the first");
    choose(chosen, sample, distance.thenComparing(PLACE), "of about median length");
    choose(chosen, longest, longest.comparator(), "one of the longest");
    List<ShownRow> rows = new ArrayList<>();
    chosen.forEach(
        (candidate, which) ->
            rows.add(
                ShownRow.of(
                    tokenizer, candidate.file + ":" + candidate.line, which, candidate.encoded)));
    return rows;
  }

  /** Adds the least that was not chosen yet. */
  private static void choose(
      Map<Candidate, String> chosen,
      Collection<Candidate> candidates,
      Comparator<? super Candidate> order,
      String which) {
    candidates.stream()
        .filter(candidate -> !chosen.containsKey(candidate))
        .min(order)
        .ifPresent(candidate -> chosen.put(candidate, which));
  }
}
