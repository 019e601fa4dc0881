package org.tune4j.eval.robustness;

import java.util.List;
import java.util.SplittableRandom;
import org.tune4j.engine.ConfigException;

/**
 * HotFlip's transformation: the one swap, of all words by the whole vocabulary, that raises the
 * loss of the right label most to first order (Ebrahimi et al., 2018, section 5; TextAttack's
 * {@code WordSwapGradientBased} with {@code top_n=1}).
 */
final class GradientSwaps implements Transformation {
  @Override
  public List<AttackedText> of(
      AttackedText text, List<Integer> words, Victim victim, SplittableRandom random) {
    if (words.isEmpty()) {
      return List.of();
    }
    DifferentiableClassifier classifier = differentiable(victim.classifier());
    int[] starts = words.stream().mapToInt(text::start).toArray();
    int[] ends = starts.clone();
    for (int i = 0; i < ends.length; i++) {
      ends[i] += text.words().get(words.get(i)).length();
    }
    float[][] gains = classifier.swapGains(text.text(), victim.label(), starts, ends);
    List<String> vocabulary = classifier.vocabulary();
    float best = Float.NEGATIVE_INFINITY;
    List<AttackedText> swap = List.of();
    for (int i = 0; i < gains.length; i++) {
      String word = text.words().get(words.get(i));
      for (int v = 0; v < gains[i].length; v++) {
        if (gains[i][v] > best && !vocabulary.get(v).equalsIgnoreCase(word)) {
          best = gains[i][v];
          swap = List.of(text.with(words.get(i), vocabulary.get(v)));
        }
      }
    }
    return swap;
  }

  /** A classifier with a gradient, or a refusal. */
  static DifferentiableClassifier differentiable(TextClassifier classifier) {
    if (classifier instanceof DifferentiableClassifier white) {
      return white;
    }
    throw new ConfigException(
        "hotflip needs the gradient of a %s, found a %s"
            .formatted(
                DifferentiableClassifier.class.getSimpleName(),
                classifier.getClass().getSimpleName()));
  }
}
