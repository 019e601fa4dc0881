package org.tune4j.eval.report;

/** Text for HTML, and for XML, which reads all of it alike. */
final class Html {
  private Html() {}

  /** A text as the content of an element or as an attribute's value in quotes. */
  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&quot;");
        case '\'' -> out.append("&#39;");
        default -> out.append(isAllowed(text, i) ? c : '\uFFFD');
      }
    }
    return out.toString();
  }

  /** Control characters, halves of characters and what is none are allowed in neither. */
  private static boolean isAllowed(String text, int i) {
    char c = text.charAt(i);
    if (Character.isHighSurrogate(c)) {
      return i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1));
    }
    if (Character.isLowSurrogate(c)) {
      return i > 0 && Character.isHighSurrogate(text.charAt(i - 1));
    }
    return c >= ' ' && c != 0x7f && c < 0xfffe || c == '\n' || c == '\t' || c == '\r';
  }
}
