package org.tune4j.engine.text;

import java.math.BigDecimal;

/** Whole and decimal numbers in Chinese characters, everyday and financial ones. */
final class ChineseNumeral {
  private static final String DIGITS = "零一二三四五六七八九";
  private static final String FINANCIAL_DIGITS = "零壹贰叁肆伍陆柒捌玖";
  private static final String SMALL_UNITS = "十百千";
  private static final String FINANCIAL_UNITS = "拾佰仟";

  /** What such a number is made of, for a class of a regular expression. */
  static final String CHARACTERS = "零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖十百千拾佰仟万萬亿億";

  private ChineseNumeral() {}

  /**
   * The value of a number such as 一千二百三十四, 二〇二四, 三点五 or 两千三, which is 2300.
   *
   * @param text of {@link #CHARACTERS}, with digits behind a 点 if there is one
   */
  static BigDecimal parse(String text) {
    int point = text.indexOf('点');
    String whole = point < 0 ? text : text.substring(0, point);
    BigDecimal value = hasUnit(whole) ? withUnits(whole) : new BigDecimal(digits(whole));
    return point < 0 ? value : value.add(new BigDecimal("0." + digits(text.substring(point + 1))));
  }

  private static boolean hasUnit(String text) {
    return text.chars().anyMatch(c -> smallUnit((char) c) > 0 || largeUnit((char) c) > 0);
  }

  private static String digits(String text) {
    StringBuilder digits = new StringBuilder();
    for (char c : text.toCharArray()) {
      digits.append(digit(c));
    }
    return digits.toString();
  }

  private static BigDecimal withUnits(String text) {
    BigDecimal total = BigDecimal.ZERO;
    long section = 0; // below the next 万 or 亿
    int digit = 0;
    long unit = 10; // a last digit counts a tenth of the unit before it, unless a zero is between
    for (char c : text.toCharArray()) {
      if (smallUnit(c) > 0) {
        unit = smallUnit(c);
        section += Math.max(1, digit) * unit;
        digit = 0;
      } else if (largeUnit(c) > 0) {
        unit = largeUnit(c);
        BigDecimal size = BigDecimal.valueOf(unit);
        BigDecimal low = BigDecimal.valueOf(section + digit);
        // 一万亿 multiplies what is before it, 三亿五千万 adds to it
        total =
            total.compareTo(size) < 0
                ? total.add(low).multiply(size)
                : total.add(low.multiply(size));
        section = 0;
        digit = 0;
      } else {
        digit = digit(c);
        unit = digit == 0 ? 10 : unit;
      }
    }
    return total.add(BigDecimal.valueOf(section + digit * unit / 10));
  }

  private static int digit(char c) {
    if (c == '两') {
      return 2;
    }
    return c == '〇' ? 0 : Math.max(DIGITS.indexOf(c), FINANCIAL_DIGITS.indexOf(c));
  }

  private static long smallUnit(char c) {
    int power = Math.max(SMALL_UNITS.indexOf(c), FINANCIAL_UNITS.indexOf(c));
    return power < 0 ? 0 : (long) Math.pow(10, power + 1);
  }

  private static long largeUnit(char c) {
    return switch (c) {
      case '万', '萬' -> 10_000;
      case '亿', '億' -> 100_000_000;
      default -> 0;
    };
  }
}
