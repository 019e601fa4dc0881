package org.tune4j.engine.preflight.privacy;

/**
 * What can be said of a text at one glance, so that patterns are only tried where they may match.
 *
 * @param at number of @
 * @param digits number of digits
 * @param longestNumber digits of the longest number, which may have single marks between its digits
 * @param colons number of colons
 */
record Traits(int at, int digits, int longestNumber, int colons) {
  static Traits of(String text) {
    int at = 0;
    int digits = 0;
    int colons = 0;
    int longest = 0;
    int number = 0;
    int gap = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= '0' && c <= '9') {
        digits++;
        number = gap > 2 ? 1 : number + 1;
        gap = 0;
        longest = Math.max(longest, number);
      } else {
        // Numbers are written with spaces, dashes, dots, slashes and brackets, two at most.
        gap += c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')' ? 1 : 3;
        at += c == '@' ? 1 : 0;
        colons += c == ':' ? 1 : 0;
      }
    }
    return new Traits(at, digits, longest, colons);
  }
}
