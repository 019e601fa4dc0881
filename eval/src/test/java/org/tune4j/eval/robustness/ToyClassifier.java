package org.tune4j.eval.robustness;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Adds up a weight a word: the logistic function of the sum is the probability of label 1. */
final class ToyClassifier implements TextClassifier {
  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}\\[\\]]+");
  private final ToDoubleFunction<String> weight;
  private int calls;

  ToyClassifier(ToDoubleFunction<String> weight) {
    this.weight = weight;
  }

  /** The weight of a word in make_attacks.py. */
  static double weightByLetters(String word) {
    long sum = 0;
    for (int i = 0; i < word.length(); i++) {
      sum += word.charAt(i) * (7L * i + 13) * (7L * i + 13);
    }
    return (sum % 1999 - 999) / 900.0;
  }

  @Override
  public List<String> labels() {
    return List.of("negative", "positive");
  }

  /** How often it was asked. */
  int calls() {
    return calls;
  }

  @Override
  public float[][] probabilities(List<String> texts) {
    calls++;
    return texts.stream().map(this::probabilities).toArray(float[][]::new);
  }

  private float[] probabilities(String text) {
    double sum =
        WORD.matcher(text.toLowerCase(Locale.ROOT))
            .results()
            .map(MatchResult::group)
            .mapToDouble(weight)
            .sum();
    double positive = 1 / (1 + Math.exp(-sum));
    return new float[] {(float) (1 - positive), (float) positive};
  }
}
