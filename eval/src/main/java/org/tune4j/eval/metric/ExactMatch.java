package org.tune4j.eval.metric;

import java.util.List;

/**
 * The share of answers that are a wanted one, character by character, after white space at both
 * ends was taken off.
 */
public final class ExactMatch implements MeanMetric {
  @Override
  public String name() {
    return "exact_match";
  }

  @Override
  public double value(String hypothesis, List<String> references) {
    String answer = hypothesis.strip();
    return References.checked(references).stream().anyMatch(wanted -> wanted.strip().equals(answer))
        ? 1
        : 0;
  }
}
