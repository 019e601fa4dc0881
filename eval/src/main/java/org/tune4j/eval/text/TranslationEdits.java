package org.tune4j.eval.text;

import java.util.ArrayList;
import java.util.List;

/**
 * The number of edits of TER (Snover et al., 2006): words put in, left out or replaced, and runs of
 * words moved, each move one edit. Which moves are tried, and in which order, is Tercom's, as
 * sacreBLEU has it.
 */
public final class TranslationEdits {
  private static final int LONGEST_SHIFT = 10;
  private static final int FARTHEST_SHIFT = 50;
  private static final int MOST_CANDIDATES = 1000;

  private final List<String> reference;
  private final EditDistance distance;
  private List<String> words;
  private int candidates;

  private TranslationEdits(List<String> words, List<String> reference) {
    this.words = words;
    this.reference = reference;
    this.distance = new EditDistance(reference);
  }

  /** The edits that make a hypothesis the reference. */
  public static int count(List<String> hypothesis, List<String> reference) {
    return reference.isEmpty()
        ? hypothesis.size()
        : new TranslationEdits(hypothesis, reference).count();
  }

  private int count() {
    int shifts = 0;
    EditDistance.Table table = distance.of(words);
    while (true) {
      Shift best = bestShift(table);
      if (candidates >= MOST_CANDIDATES || best == null || best.gain <= 0) {
        return shifts + table.distance();
      }
      shifts++;
      words = best.shifted;
      table = distance.of(words, table);
    }
  }

  /** A move of {@code length} words from {@code start} to {@code target}. */
  private record Shift(int gain, int length, int start, int target, List<String> shifted) {
    /** The larger gain, then the longer, the earlier, the one to the earlier place. */
    boolean isBetterThan(Shift other) {
      if (other == null || gain != other.gain) {
        return other == null || gain > other.gain;
      }
      if (length != other.length) {
        return length > other.length;
      }
      return start != other.start ? start < other.start : target < other.target;
    }
  }

  private Shift bestShift(EditDistance.Table table) {
    Alignment alignment = table.alignment();
    Shift best = null;
    for (int start = 0; start < words.size(); start++) {
      int from = Math.max(0, start - FARTHEST_SHIFT);
      int to = Math.min(reference.size() - 1, start + FARTHEST_SHIFT);
      for (int place = from; place <= to; place++) {
        int most =
            Math.min(LONGEST_SHIFT, Math.min(words.size() - start, reference.size() - place));
        for (int length = 1; length <= most; length++) {
          if (!words.get(start + length - 1).equals(reference.get(place + length - 1))) {
            break;
          }
          if (alignment.isShiftSensible(start, place, length)) {
            best = best(best, table, alignment, start, place, length);
            if (candidates >= MOST_CANDIDATES) {
              return best;
            }
          }
        }
      }
    }
    return best;
  }

  /** The best of a shift and those of a run of words to everywhere beside its place. */
  private Shift best(
      Shift best, EditDistance.Table table, Alignment alignment, int start, int place, int length) {
    Shift found = best;
    int previous = -1;
    for (int offset = -1; offset < length && place + offset < reference.size(); offset++) {
      int target = place + offset == -1 ? 0 : alignment.hypothesis()[place + offset] + 1;
      if (target != previous) {
        previous = target;
        List<String> shifted = shifted(start, length, target);
        int gain = table.distance() - distance.of(shifted, table).distance();
        Shift shift = new Shift(gain, length, start, target, shifted);
        candidates++;
        found = shift.isBetterThan(found) ? shift : found;
      }
    }
    return found;
  }

  private List<String> shifted(int start, int length, int target) {
    int end = start + length;
    List<String> shifted = new ArrayList<>(words.size());
    if (target < start) {
      shifted.addAll(words.subList(0, target));
      shifted.addAll(words.subList(start, end));
      shifted.addAll(words.subList(target, start));
      shifted.addAll(words.subList(end, words.size()));
    } else {
      // a target within the run is counted from behind it
      int after = target > end ? target : Math.min(length + target, words.size());
      shifted.addAll(words.subList(0, start));
      shifted.addAll(words.subList(end, after));
      shifted.addAll(words.subList(start, end));
      shifted.addAll(words.subList(after, words.size()));
    }
    return shifted;
  }

  /**
   * Which words stand for which.
   *
   * @param hypothesis by place in the reference: the place in the hypothesis, -1 before its start
   * @param wrongInReference whether a word of the reference is missing or replaced
   * @param wrongInHypothesis whether a word of the hypothesis is superfluous or replaced
   */
  record Alignment(int[] hypothesis, boolean[] wrongInReference, boolean[] wrongInHypothesis) {
    /** Whether a run is wrong where it stands, missing at the place, and not there already. */
    boolean isShiftSensible(int start, int place, int length) {
      return any(wrongInHypothesis, start, length)
          && any(wrongInReference, place, length)
          && !(start <= hypothesis[place] && hypothesis[place] < start + length);
    }

    private static boolean any(boolean[] wrong, int from, int length) {
      for (int i = from; i < from + length; i++) {
        if (wrong[i]) {
          return true;
        }
      }
      return false;
    }
  }
}
