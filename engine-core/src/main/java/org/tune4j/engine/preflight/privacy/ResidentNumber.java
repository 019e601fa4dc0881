package org.tune4j.engine.preflight.privacy;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Arrays;

/**
 * Numbers of Chinese resident identity cards: GB 11643-1999. Six digits for the place, of which two
 * are the province (GB/T 2260), eight for the day of birth, three in sequence, and a check
 * character by ISO 7064's MOD 11-2.
 */
final class ResidentNumber {
  static final String PATTERN = "(?<![A-Za-z0-9])\\d{17}[\\dXx](?![A-Za-z0-9])";

  private static final int LENGTH = 18;
  private static final int[] WEIGHTS = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
  private static final String CHECKS = "10X98765432";
  private static final int[] PROVINCES = {
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52,
    53, 54, 61, 62, 63, 64, 65, 71, 81, 82, 83
  };

  private ResidentNumber() {}

  static boolean isOne(String found) {
    if (found.length() != LENGTH
        || Arrays.binarySearch(PROVINCES, Integer.parseInt(found.substring(0, 2))) < 0
        || !isBirthday(found.substring(6, 14))) {
      return false;
    }
    int sum = 0;
    for (int i = 0; i < WEIGHTS.length; i++) {
      sum += WEIGHTS[i] * (found.charAt(i) - '0');
    }
    return CHECKS.charAt(sum % 11) == Character.toUpperCase(found.charAt(LENGTH - 1));
  }

  private static boolean isBirthday(String digits) {
    int number = Integer.parseInt(digits);
    try {
      int year = LocalDate.of(number / 10000, number / 100 % 100, number % 100).getYear();
      return year >= 1900 && year < 2100;
    } catch (DateTimeException e) {
      return false;
    }
  }
}
