package org.tune4j.eval.metric;

import java.util.List;
import java.util.Locale;

/**
 * The share of answers that name a wanted label, for tasks whose completion is a label in words.
 *
 * <p>The wanted label is the whole completion; the label that was answered is the first line of the
 * answer that is not blank, or the whole answer where the wanted label itself has several lines. A
 * model that says more after its label is thus right. Both are compared in lower case, without
 * white space at the ends, and with each run of white space inside taken as one space.
 */
public final class LabelAccuracy implements MeanMetric {
  @Override
  public String name() {
    return "accuracy";
  }

  @Override
  public double value(String hypothesis, List<String> references) {
    return References.checked(references).stream()
            .anyMatch(wanted -> isNamed(wanted.strip(), hypothesis))
        ? 1
        : 0;
  }

  private static boolean isNamed(String wanted, String answer) {
    boolean oneLine = wanted.lines().count() <= 1;
    String label = oneLine ? answer.strip().lines().findFirst().orElse("") : answer;
    return normalised(label).equals(normalised(wanted));
  }

  private static String normalised(String label) {
    return label.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
  }
}
