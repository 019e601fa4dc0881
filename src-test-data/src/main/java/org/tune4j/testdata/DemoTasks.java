package org.tune4j.testdata;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.tune4j.testdata.ArithmeticProblems.Problem;
import org.tune4j.testdata.Reviews.Aspect;
import org.tune4j.testdata.Reviews.Review;
import org.tune4j.testdata.Reviews.Sentiment;

/**
 * The demo's fine-tuning tasks, as rows in the order in which they are written. No row occurs
 * twice, and whether a row may be in the held-out file is a property of its text ({@link HeldOut}),
 * so the two files of a task cannot share one.
 */
final class DemoTasks {
  private final Reviews reviews = new Reviews();
  private final ArithmeticProblems problems = new ArithmeticProblems();

  /**
   * Reviews with their sentiment and aspect, columns {@code prompt} and {@code completion}. Every
   * combination of language, sentiment and aspect has the same number of rows.
   *
   * @param count a multiple of 20
   */
  List<Map<String, Object>> sentiment(int count, long seed, boolean heldOut) {
    List<Review> drawn = new ArrayList<>();
    Set<String> texts = new HashSet<>();
    for (long attempt = 0; drawn.size() < count; attempt++) {
      int row = drawn.size();
      Language language = cycled(Language.values(), row);
      Sentiment sentiment = cycled(Sentiment.values(), row / 2);
      Aspect aspect = cycled(Aspect.values(), row / 4);
      SplittableRandom random = Seeds.random(seed, attempt);
      Review review = reviews.draw(language, sentiment, aspect, random, heldOut);
      if (texts.add(review.text())) {
        drawn.add(review);
      }
    }
    shuffle(drawn, seed);
    return drawn.stream().map(DemoTasks::row).toList();
  }

  /** Word problems, columns {@code question} and {@code answer}; half of them in each language. */
  List<Map<String, Object>> arithmetic(int count, long seed, boolean heldOut) {
    List<Problem> drawn = new ArrayList<>();
    Set<String> questions = new HashSet<>();
    for (long attempt = 0; drawn.size() < count; attempt++) {
      Language language = cycled(Language.values(), drawn.size());
      Problem problem = problems.draw(language, Seeds.random(seed, attempt), heldOut);
      if (questions.add(problem.question())) {
        drawn.add(problem);
      }
    }
    shuffle(drawn, seed);
    return drawn.stream().map(p -> row("question", p.question(), "answer", p.answer())).toList();
  }

  private static Map<String, Object> row(Review review) {
    Language language = review.language();
    String sentiment = review.sentiment().word(language);
    String aspect = review.aspect().word(language);
    return language == Language.ENGLISH
        ? row(
            "prompt",
            "Review: " + review.text() + "\nSentiment:",
            "completion",
            " " + sentiment + ", " + aspect)
        : row("prompt", "评论：" + review.text() + "\n情感：", "completion", sentiment + "，" + aspect);
  }

  private static Map<String, Object> row(String key, String value, String key2, String value2) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put(key, value);
    row.put(key2, value2);
    return row;
  }

  private static <T> T cycled(T[] values, int index) {
    return values[index % values.length];
  }

  /** Fisher and Yates. */
  private static <T> void shuffle(List<T> rows, long seed) {
    SplittableRandom random = Seeds.random(seed, -1);
    for (int i = rows.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      T row = rows.get(i);
      rows.set(i, rows.get(other));
      rows.set(other, row);
    }
  }
}
