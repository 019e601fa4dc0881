package org.tune4j.engine.preflight.duplicate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.preflight.duplicate.RowGroups.Group;

/**
 * Finds rows that repeat others. Texts are compared in Unicode's normal form C with all white space
 * alike. What is found depends on the rows and their places, not on the order in which they come;
 * rows may come from several threads.
 *
 * <p>Takes 32 bytes a row, and for likeness the texts of up to 200,000 different rows or 32 million
 * characters.
 */
public final class RowDuplicates {
  private static final int MOST_TEXTS = 200_000;
  private static final long MOST_CHARACTERS = 32_000_000;

  /** Evaluation rows get a quarter of what training rows get. */
  private static final int HELD_OUT_SHARE = 4;

  private static final int GROUPS_NAMED = 5;
  private static final int ROWS_NAMED = 3;

  /** The key of an empty input, which is not the same as another one. */
  private static final long NO_INPUT = 0;

  private final Places places = new Places();
  private final RowKeys training = new RowKeys(new TextSample(MOST_TEXTS, MOST_CHARACTERS, places));
  private final RowKeys heldOut =
      new RowKeys(
          new TextSample(MOST_TEXTS / HELD_OUT_SHARE, MOST_CHARACTERS / HELD_OUT_SHARE, places));

  /**
   * Takes a training row.
   *
   * @param input what is given: a prompt, a text
   * @param outputs what is wanted: completions, a label, tags; none for a text that is learned
   * @param labelled whether the outputs are labels, which are no part of the row's text
   */
  public void add(String file, long line, String input, List<String> outputs, boolean labelled) {
    add(training, file, line, input, outputs, labelled);
  }

  /** Takes an evaluation row. */
  public void addHeldOut(
      String file, long line, String input, List<String> outputs, boolean labelled) {
    add(heldOut, file, line, input, outputs, labelled);
  }

  private void add(
      RowKeys keys, String file, long line, String input, List<String> outputs, boolean labelled) {
    String given = NormalText.of(input);
    long inputKey = TextKey.of(0, given);
    StringBuilder text = new StringBuilder(given);
    long rowKey = inputKey;
    for (String output : outputs) {
      String wanted = NormalText.of(output);
      rowKey = TextKey.of(rowKey, wanted);
      if (!labelled) {
        text.append(text.isEmpty() ? "" : "\n").append(wanted);
      }
    }
    long textKey = labelled ? inputKey : rowKey;
    synchronized (places) {
      long place = places.of(file, line);
      keys.rows.add(rowKey);
      keys.inputs.add(given.isEmpty() ? NO_INPUT : inputKey);
      keys.texts.add(textKey);
      keys.places.add(place);
      keys.sample.add(textKey, place, text.toString());
    }
  }

  /** Compares all rows. */
  public Repeats find() {
    synchronized (places) {
      List<TextSample.Entry> texts = training.sample.entries();
      NearTexts likeness = new NearTexts(texts(texts));
      return new Repeats(exact(), sameInput(), near(texts, likeness), overlap(likeness));
    }
  }

  private RowGroups exact() {
    return named(training.size(), training.size(), RowKeys.repeated(training.rows).values());
  }

  private RowGroups sameInput() {
    Map<Long, List<Integer>> groups = RowKeys.repeated(training.inputs);
    groups.remove(NO_INPUT);
    groups
        .values()
        .removeIf(rows -> rows.stream().mapToLong(training.rows::get).distinct().count() < 2);
    return named(training.size(), training.size(), groups.values());
  }

  private RowGroups near(List<TextSample.Entry> texts, NearTexts likeness) {
    List<List<Long>> groups =
        likeness.groups().stream()
            .map(group -> Arrays.stream(group).mapToObj(i -> texts.get(i).place()).toList())
            .toList();
    long all =
        training.sample.isThinned()
            ? Arrays.stream(training.texts.sorted()).distinct().count()
            : texts.size();
    return grouped(all, texts.size(), groups);
  }

  private Overlap overlap(NearTexts likeness) {
    long[] trained = training.texts.sorted();
    Set<Long> nearKeys = nearHeldOut(likeness);
    BitSet exact = new BitSet();
    BitSet near = new BitSet();
    for (int row = 0; row < heldOut.size(); row++) {
      long key = heldOut.texts.get(row);
      exact.set(row, Arrays.binarySearch(trained, key) >= 0);
      near.set(row, !exact.get(row) && nearKeys.contains(key));
    }
    BitSet found = (BitSet) exact.clone();
    found.or(near);
    return new Overlap(
        heldOut.size(),
        exact.cardinality(),
        near.cardinality(),
        training.sample.isThinned() || heldOut.sample.isThinned(),
        first(found.stream().mapToObj(heldOut.places::get).toList(), GROUPS_NAMED));
  }

  private Set<Long> nearHeldOut(NearTexts likeness) {
    List<TextSample.Entry> entries = heldOut.sample.entries();
    Set<Long> keys = new HashSet<>();
    likeness.matches(texts(entries)).stream().forEach(i -> keys.add(entries.get(i).key()));
    return keys;
  }

  private static List<String> texts(List<TextSample.Entry> entries) {
    return entries.stream().map(TextSample.Entry::text).toList();
  }

  private RowGroups named(long all, long compared, Collection<List<Integer>> groups) {
    return grouped(
        all,
        compared,
        groups.stream().map(rows -> rows.stream().map(training.places::get).toList()).toList());
  }

  /** Groups of places, the largest named. */
  private RowGroups grouped(long all, long compared, List<List<Long>> groups) {
    Comparator<List<Long>> larger = Comparator.comparingInt(group -> -group.size());
    List<Group> largest =
        groups.stream()
            .sorted(larger.thenComparing(this::least, places::compare))
            .limit(GROUPS_NAMED)
            .map(group -> new Group(group.size(), first(group, ROWS_NAMED)))
            .toList();
    long rows = groups.stream().mapToLong(List::size).sum();
    return new RowGroups(all, compared, rows, groups.size(), largest);
  }

  private long least(List<Long> group) {
    return group.stream().min(places::compare).orElseThrow();
  }

  private List<String> first(List<Long> group, int most) {
    return group.stream().sorted(places::compare).limit(most).map(places::where).toList();
  }
}
