package org.tune4j.rlhf.reward.verify;

/** Java's code as against what is written in it. */
final class JavaCode {
  private static final String TEXT_BLOCK = "\"\"\"";

  private JavaCode() {}

  /** A source with spaces in place of comments, texts and characters, so that places stay. */
  static String bare(String source) {
    StringBuilder bare = new StringBuilder(source);
    int at = 0;
    while (at < source.length()) {
      int end = end(source, at);
      for (int i = at; i < end; i++) {
        bare.setCharAt(i, ' ');
      }
      at = Math.max(at + 1, end);
    }
    return bare.toString();
  }

  /** Behind the comment or the text that begins here; here itself where none does. */
  private static int end(String source, int at) {
    if (source.startsWith("//", at)) {
      return behind(source, "\n", at);
    }
    if (source.startsWith("/*", at)) {
      return behind(source, "*/", at + 2);
    }
    if (source.startsWith(TEXT_BLOCK, at)) {
      return quoted(source, TEXT_BLOCK, at);
    }
    char c = source.charAt(at);
    return c == '"' || c == '\'' ? quoted(source, String.valueOf(c), at) : at;
  }

  private static int behind(String source, String mark, int from) {
    int found = source.indexOf(mark, from);
    return found < 0 ? source.length() : found + mark.length();
  }

  /** Of one line, unless it is a block: one that is not closed does not hide what follows. */
  private static int quoted(String source, String quote, int at) {
    for (int i = at + quote.length(); i < source.length(); i++) {
      if (source.charAt(i) == '\\') {
        i++;
      } else if (source.startsWith(quote, i)) {
        return i + quote.length();
      } else if (source.charAt(i) == '\n' && quote.length() == 1) {
        return i;
      }
    }
    return source.length();
  }
}
