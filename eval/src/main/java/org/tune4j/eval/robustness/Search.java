package org.tune4j.eval.robustness;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** How an attack goes through what it could do. */
@FunctionalInterface
interface Search {
  /** The last answer that the search came to, whether it succeeded or not. */
  Answer run(Attempt attempt);

  /**
   * TextAttack's {@code GreedySearch}: the best of all changes of all words, again and again, also
   * where none of them is better than what there was.
   */
  static Search greedy() {
    return attempt -> {
      Answer current = attempt.original();
      while (!current.succeeded()) {
        AttackedText text = current.text();
        Optional<Answer> next = best(attempt, text, attempt.changeable(text));
        if (next.isEmpty()) {
          return current;
        }
        current = next.get();
      }
      return current;
    };
  }

  /**
   * TextAttack's {@code GreedyWordSwapWIR}: the words by their importance, each made what it does
   * most by, if it does anything.
   */
  static Search ranked(WordImportance importance) {
    return attempt -> {
      Answer current = attempt.original();
      for (int word : importance.order(attempt)) {
        Optional<Answer> next = best(attempt, current.text(), List.of(word));
        if (next.isPresent() && next.get().score() > current.score()) {
          current = next.get();
          if (current.succeeded()) {
            return current;
          }
        }
      }
      return current;
    };
  }

  /** The first one of equals. */
  private static Optional<Answer> best(Attempt attempt, AttackedText text, List<Integer> words) {
    List<Answer> answers = attempt.victim().ask(attempt.candidates(text, words));
    return answers.stream()
        .sorted(Comparator.comparingDouble(Answer::score).reversed())
        .findFirst();
  }
}
