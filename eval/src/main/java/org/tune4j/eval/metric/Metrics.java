package org.tune4j.eval.metric;

import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;

/** The metrics there are. */
public final class Metrics {
  private static final List<Metric> ALL = List.of(new ExactMatch(), new LabelAccuracy());

  private Metrics() {}

  /** All of them, in the order to show them. */
  public static List<Metric> all() {
    return ALL;
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
