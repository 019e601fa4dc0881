package org.tune4j.eval.metric;

/**
 * The share of answers that are the wanted completion, character by character, after white space at
 * both ends was taken off.
 */
public final class ExactMatch implements Metric {
  @Override
  public String name() {
    return "exact_match";
  }

  @Override
  public double value(Answer answer) {
    return answer.got().strip().equals(answer.wanted().strip()) ? 1 : 0;
  }
}
