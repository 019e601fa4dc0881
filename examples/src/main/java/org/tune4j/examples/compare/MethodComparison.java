package org.tune4j.examples.compare;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.FigureComparison;
import org.tune4j.eval.result.ModelComparison;
import org.tune4j.eval.stats.MultipleTesting;

/**
 * A method held against another by the figure that decides, on the same rows.
 *
 * @param found the difference, its interval and its p
 * @param adjusted p by Holm's correction for all the comparisons of a table
 */
record MethodComparison(
    String baseline, String candidate, FigureComparison found, double adjusted) {
  /**
   * Every method against LoRA, and methods of virtual keys against LoRA of the same size: those of
   * them that were measured.
   */
  static List<MethodComparison> of(String task, List<MethodResult> results) {
    List<MethodResult[]> pairs = new ArrayList<>();
    for (MethodResult baseline : results) {
      for (MethodResult candidate : results) {
        if (isCompared(baseline.method(), candidate.method())) {
          pairs.add(new MethodResult[] {baseline, candidate});
        }
      }
    }
    ModelComparison comparison = new ModelComparison(Certainty.DEFAULT);
    List<FigureComparison> found =
        pairs.stream()
            .map(pair -> comparison.compare(task, pair[0].first(), pair[1].first()))
            .toList();
    double[] p = found.stream().mapToDouble(FigureComparison::p).toArray();
    double[] adjusted = p.length == 0 ? p : MultipleTesting.holm(p);
    List<MethodComparison> all = new ArrayList<>();
    for (int i = 0; i < adjusted.length; i++) {
      MethodResult[] pair = pairs.get(i);
      all.add(new MethodComparison(pair[0].method(), pair[1].method(), found.get(i), adjusted[i]));
    }
    return all;
  }

  private static boolean isCompared(String baseline, String candidate) {
    return baseline.equals(ComparedMethods.BASELINE) && !candidate.equals(baseline)
        || baseline.equals(ComparedMethods.SMALL_LORA)
            && ComparedMethods.PREFIXES.contains(candidate);
  }

  /** What it says, as a sentence. */
  String sentence() {
    String verdict =
        adjusted >= 0.05
            ? "no difference is shown between %s and %s".formatted(candidate, baseline)
            : "%s is %s than %s"
                .formatted(candidate, found.isBetter() ? "better" : "worse", baseline);
    return "%s: %s: %s".formatted(found.name(), verdict, ComparisonTable.difference(this));
  }
}
