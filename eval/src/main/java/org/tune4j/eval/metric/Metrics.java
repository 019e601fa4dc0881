package org.tune4j.eval.metric;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;

/** The metrics of answers that there are. */
public final class Metrics {
  private static final Metric EXACT_MATCH = new ExactMatch();
  private static final Metric ACCURACY = new LabelAccuracy();
  private static final List<Metric> ALL =
      List.of(
          EXACT_MATCH,
          ACCURACY,
          new QuasiExactMatch(),
          new TokenF1(),
          new NumericMatch(),
          Bleu.DEFAULT,
          Chrf.DEFAULT,
          Chrf.PLUS_PLUS,
          Ter.DEFAULT,
          new Rouge(Rouge.Variant.ROUGE_1),
          new Rouge(Rouge.Variant.ROUGE_2),
          new Rouge(Rouge.Variant.ROUGE_L),
          new Rouge(Rouge.Variant.ROUGE_LSUM));

  private Metrics() {}

  /** All of them, in the order to show them. */
  public static List<Metric> all() {
    return ALL;
  }

  /** Those that mean something whatever the task is. */
  public static List<Metric> general() {
    return List.of(EXACT_MATCH, ACCURACY);
  }

  /**
   * The metric of a name.
   *
   * @throws ConfigException if there is none
   */
  public static Metric named(String name) {
    return ALL.stream()
        .filter(metric -> metric.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new ConfigException(
                    "there is no metric "
                        + name
                        + "; did you mean "
                        + NearestName.of(name, ALL.stream().map(Metric::name).toList())
                        + "?"));
  }
}
