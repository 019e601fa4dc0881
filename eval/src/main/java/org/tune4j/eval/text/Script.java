package org.tune4j.eval.text;

import java.util.List;

/** The script of a text, which decides how it is cut into tokens unless the caller does. */
public final class Script {
  private Script() {}

  /** Whether most of some texts together is Chinese. */
  public static boolean isChinese(List<String> texts) {
    return isChinese(String.join("\n", texts));
  }

  /**
   * Whether most of a text is Chinese: it has more Han characters than words of other letters. A
   * Chinese sentence with names or units in Latin letters is Chinese, an English one that cites a
   * Chinese word is not.
   */
  public static boolean isChinese(String text) {
    int han = 0;
    int words = 0;
    boolean inWord = false;
    for (int i = 0; i < text.length(); ) {
      int codePoint = text.codePointAt(i);
      i += Character.charCount(codePoint);
      boolean isHan = Character.UnicodeScript.of(codePoint) == Character.UnicodeScript.HAN;
      boolean letter = !isHan && Character.isLetter(codePoint);
      han += isHan ? 1 : 0;
      words += letter && !inWord ? 1 : 0;
      inWord = letter;
    }
    return han > words;
  }
}
