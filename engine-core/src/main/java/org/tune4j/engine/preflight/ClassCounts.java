package org.tune4j.engine.preflight;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import org.tune4j.engine.preflight.Measured.ClassCount;
import org.tune4j.engine.preflight.Measured.Classes;
import org.tune4j.engine.preflight.privacy.PrivateData;

/**
 * Counts classes. Labels and tags are classes, unless the labels are numbers to meet: more than
 * twenty different ones, all numbers. Completions are classes if they are short and few: at most
 * twenty different ones of at most 32 characters, each on average at least three times.
 */
final class ClassCounts {
  private static final int MOST_DIFFERENT = 1000;
  private static final int FEW = 20;
  private static final int SHORT = 32;
  private static final int OFTEN = 3;

  private final Values labels = new Values();
  private final Values tags = new Values();
  private final Values completions = new Values();

  /** Different values and how often each was seen, as long as they can be classes. */
  private static final class Values {
    private final Map<String, Long> counts = new TreeMap<>();
    private boolean tooMany;

    void add(String value) {
      if (!tooMany) {
        counts.merge(value, 1L, Long::sum);
        giveUpIf(counts.size() > MOST_DIFFERENT);
      }
    }

    void giveUpIf(boolean condition) {
      if (condition) {
        tooMany = true;
        counts.clear();
      }
    }

    long sum() {
      return counts.values().stream().mapToLong(Long::longValue).sum();
    }
  }

  synchronized void add(PreflightRow row) {
    switch (row.form()) {
      case TEXT -> {}
      case LABEL, LABELS -> row.outputs().forEach(label -> labels.add(label.strip()));
      case TAGS -> row.outputs().forEach(tag -> tags.add(tag.strip()));
      case ANSWER ->
          row.outputs()
              .forEach(
                  answer -> {
                    completions.giveUpIf(answer.strip().length() > SHORT);
                    completions.add(answer.strip());
                  });
    }
  }

  synchronized Classes classes() {
    if (!labels.counts.isEmpty() && !areNumbers(labels.counts)) {
      return classes("labels", labels.counts);
    }
    if (!tags.counts.isEmpty()) {
      return classes("tags", tags.counts);
    }
    int different = completions.counts.size();
    boolean few = different > 0 && different <= FEW && completions.sum() >= OFTEN * different;
    return few ? classes("completions", completions.counts) : Classes.NONE;
  }

  private static boolean areNumbers(Map<String, Long> labels) {
    return labels.size() > FEW
        && labels.keySet().stream()
            .allMatch(label -> label.matches("[-+]?[0-9.]+([eE][-+]?\\d+)?"));
  }

  private static Classes classes(String of, Map<String, Long> counts) {
    return new Classes(
        of,
        counts.entrySet().stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .map(entry -> new ClassCount(name(entry.getKey()), entry.getValue()))
            .toList());
  }

  /** A class's name is text of the data: private data is not told even there. */
  private static String name(String value) {
    if (!PrivateData.count(value).isEmpty()) {
      return "(private)";
    }
    // Halves of surrogate pairs cannot be written to a file.
    String whole = value.replaceAll("\\p{Cs}", "\uFFFD");
    return whole.codePointCount(0, whole.length()) <= SHORT
        ? whole
        : whole.substring(0, whole.offsetByCodePoints(0, SHORT)) + "…";
  }
}
