package org.tune4j.engine.preflight.privacy;

/**
 * Numbers of payment cards: ISO/IEC 7812-1, whose last digit is Luhn's. The beginnings and lengths
 * are those that the networks publish (Visa, Mastercard, American Express, Discover, Diners Club,
 * JCB, UnionPay), so nine of ten numbers that pass Luhn's test by chance are refused.
 */
final class CardNumber {
  /** In one piece, or in the groups that are printed on cards. */
  static final String PATTERN =
      "(?<![\\w.])(?<!\\d-)(?:\\d{13,19}"
          + "|\\d{4}([ -])\\d{4}\\1\\d{4}\\1\\d{4}(?:\\1\\d{3})?"
          + "|\\d{4}([ -])\\d{6}\\2\\d{4,5})(?!\\w|[.-]\\d)";

  private CardNumber() {}

  static boolean isOne(String found) {
    String digits = found.replaceAll("[ -]", "");
    if (ResidentNumber.isOne(digits)) {
      return false;
    }
    // Three more digits after four groups may be the code on the back.
    boolean grouped = digits.length() < found.length();
    return isCard(digits) || grouped && digits.length() == 19 && isCard(digits.substring(0, 16));
  }

  private static boolean isCard(String digits) {
    return hasKnownBeginning(digits) && luhn(digits) && digits.chars().distinct().count() > 1;
  }

  private static boolean hasKnownBeginning(String digits) {
    int length = digits.length();
    int four = Integer.parseInt(digits.substring(0, 4));
    int two = four / 100;
    return switch (two / 10) {
      case 2 -> length == 16 && four >= 2221 && four <= 2720;
      case 3 ->
          (two == 34 || two == 37) && length == 15
              || (two == 36 || two == 38 || two == 39 || four >= 3000 && four <= 3059)
                  && length == 14
              || four >= 3528 && four <= 3589 && length >= 16;
      case 4 -> length == 13 || length == 16 || length == 19;
      case 5 -> two >= 51 && two <= 55 && length == 16;
      case 6 ->
          two == 62 && length >= 16
              || (four == 6011 || two == 64 || two == 65) && (length == 16 || length == 19);
      default -> false;
    };
  }

  /** H. P. Luhn, US patent 2,950,048: every second digit from the right is doubled. */
  static boolean luhn(String digits) {
    int sum = 0;
    for (int i = 0; i < digits.length(); i++) {
      int digit = digits.charAt(digits.length() - 1 - i) - '0';
      int doubled = i % 2 == 0 ? digit : 2 * digit;
      sum += doubled > 9 ? doubled - 9 : doubled;
    }
    return sum % 10 == 0;
  }
}
