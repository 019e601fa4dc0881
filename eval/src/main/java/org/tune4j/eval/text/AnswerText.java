package org.tune4j.eval.text;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Short answers as SQuAD compares them: in lower case, without punctuation and, in English, without
 * articles. Chinese is cut into characters; its punctuation counts as punctuation.
 */
public final class AnswerText {
  private static final String ASCII_PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  private static final String CHINESE_PUNCTUATION = "，。、；：？！“”‘’（）《》〈〉【】「」『』—…·～￥";
  private static final Pattern ARTICLE =
      Pattern.compile("\\b(a|an|the)\\b", Pattern.UNICODE_CHARACTER_CLASS);

  private AnswerText() {}

  /**
   * The tokens that are compared: words, or characters if the answers are Chinese.
   *
   * @param chinese whether what was asked for is Chinese
   */
  public static List<String> tokens(String text, boolean chinese) {
    String lower = text.toLowerCase(Locale.ROOT);
    if (chinese) {
      return Whitespace.characters(without(lower, ASCII_PUNCTUATION + CHINESE_PUNCTUATION));
    }
    return Whitespace.split(ARTICLE.matcher(without(lower, ASCII_PUNCTUATION)).replaceAll(" "));
  }

  private static String without(String text, String characters) {
    return text.codePoints()
        .filter(c -> characters.indexOf(c) < 0)
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }
}
