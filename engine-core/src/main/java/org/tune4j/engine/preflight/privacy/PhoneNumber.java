package org.tune4j.engine.preflight.privacy;

import java.util.Set;

/**
 * Telephone numbers. International: ITU-T E.164, at most 15 digits, a + and an assigned country
 * code (Operational Bulletin 1114) in front. Chinese mobile: the eleven digits of the numbering
 * plan of mainland China (MIIT), from 13 to 19.
 */
final class PhoneNumber {
  static final String PATTERN =
      "(?<![\\w+.])\\+[1-9](?:[ ./()-]{0,2}\\d){7,14}(?![ ./()-]{0,2}\\d)"
          + "|(?<![\\w+.])(?<!\\d-)(?:86[ -]?)?1[3-9]\\d(?:[ -]?\\d{4}){2}(?!\\w|[.-]\\d)";

  /** Every country code of three digits begins with one of these two. */
  private static final Set<String> OF_THREE =
      Set.of(
          "21", "22", "23", "24", "25", "26", "29", "35", "37", "38", "42", "50", "59", "67", "68",
          "69", "80", "85", "87", "88", "96", "97", "99");

  /** Two digits that begin no country code, or only codes of three that are not assigned. */
  private static final Set<String> UNASSIGNED = Set.of("28", "83", "89");

  private PhoneNumber() {}

  static boolean isOne(String found) {
    String digits = found.replaceAll("\\D", "");
    if (found.charAt(0) != '+') {
      // 150 0000 0000 is an amount, and nobody's number.
      return digits.substring(digits.length() - 8).chars().distinct().count() > 2;
    }
    String two = digits.substring(0, 2);
    int code =
        digits.charAt(0) == '1' || digits.charAt(0) == '7' ? 1 : OF_THREE.contains(two) ? 3 : 2;
    int rest = digits.length() - code;
    return !UNASSIGNED.contains(two) && rest >= 6 && (code > 1 || rest == 10);
  }
}
