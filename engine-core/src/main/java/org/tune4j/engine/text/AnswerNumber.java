package org.tune4j.engine.text;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The number that a text gives as its answer, exactly.
 *
 * @param numerator of the value in lowest terms
 * @param denominator at least 1
 * @param percent whether the value is in per cent
 */
public record AnswerNumber(BigInteger numerator, BigInteger denominator, boolean percent) {
  private static final String MARK = "####";
  private static final BigInteger HUNDRED = BigInteger.valueOf(100);

  /** Longer ones are no answers, and take a time that grows with the square of their length. */
  private static final int LONGEST = 1000;

  /** Powers of ten that a number is multiplied by. */
  private static final Map<String, Integer> SCALES =
      Map.ofEntries(
          Map.entry("hundred", 2),
          Map.entry("thousand", 3),
          Map.entry("million", 6),
          Map.entry("billion", 9),
          Map.entry("trillion", 12),
          Map.entry("百", 2),
          Map.entry("千", 3),
          Map.entry("万", 4),
          Map.entry("百万", 6),
          Map.entry("千万", 7),
          Map.entry("亿", 8),
          Map.entry("百亿", 10),
          Map.entry("千亿", 11),
          Map.entry("万亿", 12));

  // 千克 and its like are units, no thousands
  private static final String SCALE =
      "\\s*(?<scale>(?i:hundred|thousand|million|billion|trillion)\\b"
          + "|万亿|千亿|百亿|亿|千万|百万|万|千(?![克米瓦卡焦帕赫伏])|百(?!分))?";

  private static final Pattern ARABIC =
      Pattern.compile(
          "(?<hundredths>百分之)?(?<minus>(?<![0-9A-Za-z)])[-负])?(?:[$¥€£]\\s?)?"
              + "(?:\\\\[dt]?frac\\{(?<over>-?\\d+)}\\{(?<under>\\d+)}"
              + "|(?:(?<whole>\\d+)\\s+)?(?<top>\\d+)\\s?/\\s?(?<bottom>\\d+)(?![\\d/])"
              + "|(?<value>(?:(?:\\d{1,3}(?:,\\d{3})+(?!\\d)|\\d+)(?:\\.\\d+)?|\\.\\d+)"
              + "(?:[eE][+-]?\\d{1,3}(?!\\d))?)"
              + SCALE
              + ")(?<percent>\\s*(?:%|(?i:per ?cent)\\b))?");

  /** The mark with a number right behind it. */
  private static final Pattern MARKED =
      Pattern.compile(MARK + "[\\s*_]*[-负]?[$¥€£]?\\s?[-负]?(?:\\.?\\d|\\\\[dt]?frac)");

  /** Behind a number: an equals sign, and nothing in its line that it is equal to. */
  private static final Pattern UNFINISHED =
      Pattern.compile("[^\\n\\d=≈]*[=≈][^\\p{L}\\d\\n]*$", Pattern.MULTILINE);

  /** Thousands that LaTeX keeps apart, and fractions of single digits without braces. */
  private static final Pattern THIN_SPACE = Pattern.compile("(?<=\\d)\\\\,(?=\\d{3})");

  private static final Pattern SHORT_FRACTION = Pattern.compile("\\\\[dt]?frac\\s*(\\d)\\s*(\\d)");

  private static final String NUMERAL =
      "["
          + ChineseNumeral.CHARACTERS.replaceAll("[万萬亿億]", "")
          + "]["
          + ChineseNumeral.CHARACTERS
          + "]*";
  private static final Pattern CHINESE =
      Pattern.compile(
          "(?<minus>负)?(?:(?<under>"
              + NUMERAL
              + ")分之)?(?<value>"
              + NUMERAL
              + "(?:点[零〇一二三四五六七八九]+)?)");

  /**
   * The number that a text answers with: the first one right behind a {@code ####}, or else the
   * first one after that mark, which Markdown begins headings with too, or else the last one.
   * Thousands separators, signs of currency, full-width digits, fractions, per cent, the scales
   * from hundred to 万亿 and LaTeX's ways to write them are understood; units behind a number are not
   * looked at. Numbers in Chinese characters count where no number in digits is found, since 一 and
   * its like stand in many words.
   */
  public static Optional<AnswerNumber> find(String text) {
    return found(text).map(Found::number);
  }

  /**
   * As {@link #find}, but nothing where that is not calculated to its end: a division that comes
   * out even, or what an equals sign follows in its line.
   */
  public static Optional<AnswerNumber> findCalculated(String text) {
    return found(text).filter(Found::isCalculated).map(Found::number);
  }

  /** A number, and whether it is calculated to its end. */
  private record Found(AnswerNumber number, boolean isCalculated) {}

  private static Optional<Found> found(String text) {
    String plain = withoutLatex(halfWidth(text));
    Matcher right = MARKED.matcher(plain);
    int mark = right.find() ? right.start() : plain.indexOf(MARK);
    if (mark >= 0) {
      Optional<Found> marked = in(plain.substring(mark + MARK.length()), true);
      if (marked.isPresent()) {
        return marked;
      }
    }
    return in(plain, false);
  }

  private static Optional<Found> in(String text, boolean first) {
    Optional<Found> arabic = arabic(text, first);
    return arabic.isPresent()
        ? arabic
        : chinese(text, first).map(number -> new Found(number, true));
  }

  /**
   * Whether two numbers are the same answer. Where only one of them is in per cent, the other may
   * leave the sign out or be the share: 25 % is 25, and is 0.25.
   */
  public boolean matches(AnswerNumber other) {
    if (percent == other.percent) {
      return isValue(other.numerator, other.denominator);
    }
    AnswerNumber bare = percent ? other : this;
    AnswerNumber inPercent = percent ? this : other;
    return bare.isValue(inPercent.numerator, inPercent.denominator)
        || bare.isValue(inPercent.numerator, inPercent.denominator.multiply(HUNDRED));
  }

  private boolean isValue(BigInteger top, BigInteger bottom) {
    return numerator.multiply(bottom).equals(top.multiply(denominator));
  }

  private static Optional<Found> arabic(String text, boolean first) {
    AnswerNumber found = null;
    boolean calculated = true;
    int end = -1; // of a number that a smaller part may follow, as in 1亿2000万
    int scale = 0;
    Matcher matcher = ARABIC.matcher(text);
    while (matcher.find()) {
      AnswerNumber next = arabic(matcher);
      if (next == null) {
        continue;
      }
      int nextScale = scale(matcher);
      boolean goesOn = matcher.start() == end && nextScale < scale;
      if (found != null && first && !goesOn) {
        break;
      }
      found = goesOn ? found.plus(next) : next;
      calculated =
          !isEvenDivision(matcher)
              && !UNFINISHED.matcher(text).region(matcher.end(), text.length()).lookingAt();
      scale = nextScale;
      end = scale > 0 ? matcher.end() : -1;
    }
    return found == null ? Optional.empty() : Optional.of(new Found(found, calculated));
  }

  private static boolean isEvenDivision(Matcher matcher) {
    String top = matcher.group(matcher.group("over") == null ? "top" : "over");
    if (top == null || matcher.group().length() > LONGEST) {
      return false;
    }
    BigInteger bottom =
        new BigInteger(matcher.group(matcher.group("over") == null ? "bottom" : "under"));
    return bottom.compareTo(BigInteger.ONE) > 0 && new BigInteger(top).mod(bottom).signum() == 0;
  }

  /** The number of a match, or null if it is divided by 0 or too long. */
  private static AnswerNumber arabic(Matcher matcher) {
    if (matcher.group().length() > LONGEST) {
      return null;
    }
    boolean percent = matcher.group("percent") != null || matcher.group("hundredths") != null;
    boolean minus = matcher.group("minus") != null;
    if (matcher.group("over") != null) {
      return of(
          new BigDecimal(matcher.group("over")),
          new BigInteger(matcher.group("under")),
          minus,
          percent);
    }
    if (matcher.group("top") != null) {
      BigInteger bottom = new BigInteger(matcher.group("bottom"));
      BigInteger top = new BigInteger(matcher.group("top"));
      if (matcher.group("whole") != null) {
        top = top.add(new BigInteger(matcher.group("whole")).multiply(bottom));
      }
      return of(new BigDecimal(top), bottom, minus, percent);
    }
    BigDecimal value = new BigDecimal(matcher.group("value").replace(",", ""));
    return of(value.scaleByPowerOfTen(scale(matcher)), BigInteger.ONE, minus, percent);
  }

  private static int scale(Matcher matcher) {
    String scale = matcher.group("scale");
    return scale == null ? 0 : SCALES.get(scale.toLowerCase(Locale.ROOT));
  }

  private static Optional<AnswerNumber> chinese(String text, boolean first) {
    AnswerNumber found = null;
    Matcher matcher = CHINESE.matcher(text);
    while (matcher.find() && (found == null || !first)) {
      if (matcher.group().length() > LONGEST) {
        continue;
      }
      BigDecimal value = ChineseNumeral.parse(matcher.group("value"));
      boolean minus = matcher.group("minus") != null;
      BigInteger under =
          matcher.group("under") == null
              ? BigInteger.ONE
              : ChineseNumeral.parse(matcher.group("under")).toBigInteger();
      boolean percent = under.equals(HUNDRED);
      AnswerNumber next = of(value, percent ? BigInteger.ONE : under, minus, percent);
      found = next == null ? found : next;
    }
    return Optional.ofNullable(found);
  }

  private static AnswerNumber of(
      BigDecimal value, BigInteger divisor, boolean minus, boolean percent) {
    if (divisor.signum() == 0) {
      return null;
    }
    BigDecimal signed = minus ? value.negate() : value;
    BigInteger top = signed.unscaledValue();
    BigInteger power = BigInteger.TEN.pow(Math.abs(signed.scale()));
    return lowest(
        signed.scale() < 0 ? top.multiply(power) : top,
        signed.scale() > 0 ? divisor.multiply(power) : divisor,
        percent);
  }

  private static AnswerNumber lowest(BigInteger top, BigInteger bottom, boolean percent) {
    BigInteger common = top.gcd(bottom);
    return new AnswerNumber(top.divide(common), bottom.divide(common), percent);
  }

  private AnswerNumber plus(AnswerNumber smaller) {
    BigInteger top =
        numerator.multiply(smaller.denominator).add(smaller.numerator.multiply(denominator));
    return lowest(top, denominator.multiply(smaller.denominator), smaller.percent);
  }

  private static String withoutLatex(String text) {
    if (text.indexOf('\\') < 0 && !text.contains("{,}")) {
      return text;
    }
    String plain =
        text.replace("{,}", ",").replace("\\!", "").replace("\\$", "$").replace("\\%", "%");
    plain = THIN_SPACE.matcher(plain).replaceAll(",");
    return SHORT_FRACTION.matcher(plain).replaceAll("\\\\frac{$1}{$2}");
  }

  /** Full-width digits and signs as their ASCII forms, and the minus sign as a hyphen. */
  private static String halfWidth(String text) {
    StringBuilder plain = new StringBuilder(text.length());
    for (char c : text.toCharArray()) {
      boolean fullWidth = c >= '！' && c <= '～';
      plain.append(fullWidth ? (char) (c - 0xfee0) : c == '\u2212' ? '-' : c == '　' ? ' ' : c);
    }
    return plain.toString();
  }
}
