package org.tune4j.testdata;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Reviews of hotels and shops. Each praises or blames exactly one {@link Aspect}; other sentences
 * state facts, some of them about other aspects.
 */
public final class Reviews implements TextKind {
  private final Map<Language, Grammar> grammars = new EnumMap<>(Language.class);

  public Reviews() {
    for (Language language : Language.values()) {
      grammars.put(language, Grammar.load("reviews", language));
    }
  }

  /** Whether a review praises or blames. */
  public enum Sentiment {
    POSITIVE("positive", "正面"),
    NEGATIVE("negative", "负面");

    private final String english;
    private final String chinese;

    Sentiment(String english, String chinese) {
      this.english = english;
      this.chinese = chinese;
    }

    /** The word for it in the language. */
    public String word(Language language) {
      return language == Language.ENGLISH ? english : chinese;
    }
  }

  /** What a review praises or blames. */
  public enum Aspect {
    QUALITY("quality", "质量"),
    SERVICE("service", "服务"),
    PRICE("price", "价格"),
    LOCATION("location", "位置"),
    SPEED("speed", "速度");

    private final String english;
    private final String chinese;

    Aspect(String english, String chinese) {
      this.english = english;
      this.chinese = chinese;
    }

    /** The word for it in the language. */
    public String word(Language language) {
      return language == Language.ENGLISH ? english : chinese;
    }
  }

  /**
   * A review with its gold labels.
   *
   * @param text the review, in one line
   */
  public record Review(Language language, String text, Sentiment sentiment, Aspect aspect) {}

  /** A review, in half of the texts with a last sentence that names the aspect. */
  @Override
  public String write(Language language, SplittableRandom random) {
    Sentiment sentiment = Sentiment.values()[random.nextInt(Sentiment.values().length)];
    Aspect aspect = Aspect.values()[random.nextInt(Aspect.values().length)];
    Review review = draw(language, sentiment, aspect, random, false);
    if (random.nextBoolean()) {
      return review.text();
    }
    String summary =
        grammars
            .get(language)
            .text(random)
            .with("aspect", aspect.word(language))
            .write("summary." + rule(sentiment));
    return review.text() + (language == Language.ENGLISH ? " " : "") + summary;
  }

  /** Draws a review with these labels, from the held-out texts or from all others. */
  public Review draw(
      Language language,
      Sentiment sentiment,
      Aspect aspect,
      SplittableRandom random,
      boolean heldOut) {
    while (true) {
      Grammar.Text review = grammars.get(language).text(random);
      String domain = random.nextBoolean() ? "hotel" : "shop";
      String opinion = domain + "." + rule(aspect) + "." + rule(sentiment);
      review
          .with("opening", review.write(domain + ".opening"))
          .with("fact", review.write(domain + ".fact"));
      String first = review.write(opinion);
      String second = review.write(opinion);
      while (second.equals(first)) {
        second = review.write(opinion);
      }
      String text =
          review
              .with("opinion", first)
              .with("opinion2", second)
              .with("verdict", review.write("verdict." + rule(sentiment)))
              .write("review");
      if (HeldOut.contains(text) == heldOut) {
        return new Review(language, text, sentiment, aspect);
      }
    }
  }

  private static String rule(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
