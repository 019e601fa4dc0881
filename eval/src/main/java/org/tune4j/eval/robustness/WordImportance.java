package org.tune4j.eval.robustness;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** By what words are ranked: TextAttack's {@code wir_method}. */
enum WordImportance {
  /** What leaving the word out does ({@code delete}). */
  DELETION {
    @Override
    double[] scores(Attempt attempt, List<Integer> words) {
      AttackedText text = attempt.original().text();
      List<String> without = words.stream().map(text::without).toList();
      double[] scores = new double[words.size()];
      double[] said =
          attempt.victim().scores(without.stream().filter(each -> !each.isBlank()).toList());
      for (int i = 0, at = 0; i < scores.length; i++) {
        // a text of one word is blank without it, and nobody can be asked for it
        scores[i] = without.get(i).isBlank() ? 0 : said[at++];
      }
      return scores;
    }
  },

  /** What an unknown word in its place does ({@code unk}). */
  UNKNOWN {
    @Override
    double[] scores(Attempt attempt, List<Integer> words) {
      AttackedText text = attempt.original().text();
      return attempt
          .victim()
          .scores(words.stream().map(word -> text.with(word, UNKNOWN_WORD).text()).toList());
    }
  },

  /**
   * Probability weighted word saliency ({@code weighted-saliency}; Ren et al., 2019, eq. 8): the
   * softmax, over the words, of what an unknown word does, times the score of the best change of
   * the word, 0 where there is none. That is the score itself as TextAttack takes it, where the
   * paper takes what it is more than the original's.
   */
  WEIGHTED_SALIENCY {
    @Override
    double[] scores(Attempt attempt, List<Integer> words) {
      double[] saliency = softmax(UNKNOWN.scores(attempt, words));
      AttackedText text = attempt.original().text();
      List<List<AttackedText>> changes =
          words.stream().map(word -> attempt.candidates(text, List.of(word))).toList();
      List<Answer> answers = attempt.victim().ask(changes.stream().flatMap(List::stream).toList());
      int from = 0;
      for (int i = 0; i < saliency.length; i++) {
        int to = from + changes.get(i).size();
        saliency[i] *=
            answers.subList(from, to).stream().mapToDouble(Answer::score).max().orElse(0);
        from = to;
      }
      return saliency;
    }
  };

  /** The text of it: TextAttack's, whatever tokenizer the classifier has. */
  private static final String UNKNOWN_WORD = "[UNK]";

  /** How important each of some words of the original is. */
  abstract double[] scores(Attempt attempt, List<Integer> words);

  /** The words that may be changed, the most important first; the first one of equals. */
  List<Integer> order(Attempt attempt) {
    List<Integer> words = attempt.changeable(attempt.original().text());
    double[] scores = scores(attempt, words);
    List<Integer> order = new ArrayList<>(IntStream.range(0, words.size()).boxed().toList());
    order.sort(Comparator.comparingDouble((Integer i) -> scores[i]).reversed());
    return order.stream().map(words::get).toList();
  }

  private static double[] softmax(double[] values) {
    double sum = 0;
    double[] shares = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      shares[i] = Math.exp(values[i]); // of a probability: no overflow
      sum += shares[i];
    }
    for (int i = 0; i < shares.length; i++) {
      shares[i] /= sum;
    }
    return shares;
  }
}
