package org.tune4j.eval.robustness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GradientSwapsTest {
  private static final List<String> VOCABULARY =
      List.of("clean", "dirty", "bright", "dull", "warm", "cold", "cheap", "room");

  /** The loss is linear in the vectors of words up to a monotone function of their sum. */
  private static final class Linear implements DifferentiableClassifier {
    private final double[] weights;
    private final ToyClassifier toy;

    Linear(long seed) {
      weights = new Random(seed).doubles(VOCABULARY.size(), -2, 2).toArray();
      toy = new ToyClassifier(this::weight);
    }

    double weight(String word) {
      int at = VOCABULARY.indexOf(word);
      return at < 0 ? 0 : weights[at];
    }

    @Override
    public List<String> labels() {
      return toy.labels();
    }

    @Override
    public float[][] probabilities(List<String> texts) {
      return toy.probabilities(texts);
    }

    @Override
    public List<String> vocabulary() {
      return VOCABULARY;
    }

    /** Of {@code -log p(label)}: what it is differentiated by is one weight a word. */
    @Override
    public float[][] swapGains(String text, int label, int[] starts, int[] ends) {
      float said = toy.probabilities(List.of(text))[0][label];
      double slope = (said - 1) * (label == 1 ? 1 : -1);
      float[][] gains = new float[starts.length][VOCABULARY.size()];
      for (int w = 0; w < starts.length; w++) {
        double own = weight(text.substring(starts[w], ends[w]));
        for (int v = 0; v < VOCABULARY.size(); v++) {
          gains[w][v] = (float) (slope * (weights[v] - own));
        }
      }
      return gains;
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void theSwapIsTheBestOfAll(long seed) {
    Linear model = new Linear(seed);
    AttackedText text = WordCutter.cut("The bright room was warm.");
    List<Integer> words = List.of(1, 2, 4);
    for (int label = 0; label < 2; label++) {
      Victim victim = new Victim(model, label);
      List<AttackedText> all = new ArrayList<>();
      for (int word : words) {
        for (String other : VOCABULARY) {
          if (!other.equals(text.words().get(word))) {
            all.add(text.with(word, other));
          }
        }
      }
      Answer best =
          victim.ask(all).stream()
              .max((a, b) -> Double.compare(a.score(), b.score()))
              .orElseThrow();
      assertThat(new GradientSwaps().of(text, words, victim, new SplittableRandom(1)))
          .containsExactly(best.text());
    }
  }

  @Test
  void atMostTwoWordsAreFlipped() {
    List<AttackResult> results = new ArrayList<>();
    Attacks.named("hotflip")
        .run(
            new Linear(1),
            List.of(
                new LabelledText("a", "bright room, warm and clean, cheap", "positive"),
                new LabelledText("b", "bright room, warm and clean, cheap", "negative")),
            1,
            results::add);
    assertThat(results).allMatch(result -> result.wordsChanged() <= 2);
    assertThat(results).anyMatch(result -> result.outcome() != Outcome.SKIPPED);
  }
}
