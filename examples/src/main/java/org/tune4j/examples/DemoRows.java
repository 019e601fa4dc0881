package org.tune4j.examples;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.tune4j.testdata.DialogueSummaries;
import org.tune4j.testdata.DialogueSummaries.Summarised;
import org.tune4j.testdata.Language;
import org.tune4j.testdata.Reviews;
import org.tune4j.testdata.Reviews.Aspect;
import org.tune4j.testdata.Reviews.Review;
import org.tune4j.testdata.Reviews.Sentiment;

/** Rows for the examples, half of them in each language, as JSON lines. */
public final class DemoRows {
  private static final long SEED = 11;
  private static final ObjectMapper JSON = new ObjectMapper();

  private DemoRows() {}

  /**
   * Columns {@code text} and {@code label}. Every sentiment and aspect has as many rows.
   *
   * @param label of a review
   */
  static Path reviews(Path file, int count, boolean heldOut, Function<Review, String> label)
      throws IOException {
    Reviews reviews = new Reviews();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Language language = Language.values()[i % 2];
      Sentiment sentiment = Sentiment.values()[i / 2 % 2];
      Aspect aspect = Aspect.values()[i / 4 % 5];
      Review review =
          reviews.draw(language, sentiment, aspect, new SplittableRandom(SEED + i), heldOut);
      lines.add(line("text", review.text(), "label", label.apply(review)));
    }
    return Files.write(file, lines);
  }

  /** Reviews that are {@code negative} or {@code positive}. */
  static Path sentiment(Path file, int count, boolean heldOut) throws IOException {
    return reviews(file, count, heldOut, review -> review.sentiment().word(Language.ENGLISH));
  }

  /**
   * Columns {@code prompt}, {@code chosen}, a review that praises, and {@code rejected}, one that
   * blames the same.
   */
  static Path preferences(Path file, int count, boolean heldOut) throws IOException {
    Reviews reviews = new Reviews();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Language language = Language.values()[i % 2];
      Aspect aspect = Aspect.values()[i / 2 % 5];
      Map<String, String> row = new LinkedHashMap<>();
      row.put(
          "prompt",
          language == Language.ENGLISH
              ? "A review of the " + aspect.word(language) + ": "
              : "关于" + aspect.word(language) + "的评论：");
      SplittableRandom random = new SplittableRandom(SEED + i);
      row.put("chosen", reviews.draw(language, Sentiment.POSITIVE, aspect, random, heldOut).text());
      row.put(
          "rejected", reviews.draw(language, Sentiment.NEGATIVE, aspect, random, heldOut).text());
      lines.add(JSON.writeValueAsString(row));
    }
    return Files.write(file, lines);
  }

  /** Columns {@code prompt}, a dialogue, and {@code completion}, its summary. */
  public static Path summaries(Path file, int count, boolean heldOut) throws IOException {
    DialogueSummaries dialogues = new DialogueSummaries();
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Language language = Language.values()[i % 2];
      Summarised drawn = dialogues.draw(language, new SplittableRandom(SEED + i), heldOut);
      boolean english = language == Language.ENGLISH;
      lines.add(
          line(
              "prompt",
              drawn.dialogue() + (english ? "\nSummary:" : "\n摘要："),
              "completion",
              (english ? " " : "") + drawn.summary()));
    }
    return Files.write(file, lines);
  }

  private static String line(String key, String value, String key2, String value2)
      throws IOException {
    Map<String, String> row = new LinkedHashMap<>();
    row.put(key, value);
    row.put(key2, value2);
    return JSON.writeValueAsString(row);
  }
}
