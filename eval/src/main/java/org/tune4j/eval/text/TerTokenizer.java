package org.tune4j.eval.text;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The tokenizer of Tercom, as sacreBLEU has it.
 *
 * @param normalized whether entities are resolved and punctuation is taken apart
 * @param noPunctuation whether punctuation is dropped
 * @param asian whether {@code normalized} and {@code noPunctuation} see to Chinese and Japanese
 *     too, Chinese being cut into characters
 * @param caseSensitive whether upper case is kept
 */
public record TerTokenizer(
    boolean normalized, boolean noPunctuation, boolean asian, boolean caseSensitive) {
  private static final Pattern POSSESSIVE = Pattern.compile("'s( |$)");
  private static final Pattern IDEOGRAPH = Pattern.compile("([\\u4e00-\\u9fff\\u3400-\\u4dbf])");
  private static final Pattern STROKE = Pattern.compile("([\\u31c0-\\u31ef\\u2e80-\\u2eff])");
  private static final Pattern COMPATIBILITY =
      Pattern.compile("([\\u3300-\\u33ff\\uf900-\\ufaff\\ufe30-\\ufe4f])");
  // sacreBLEU's upper end; U+32FF must have been meant
  private static final Pattern ENCLOSED = Pattern.compile("([\\u3200-\\u3f22])");
  private static final List<Pattern> KANA =
      List.of(
          Pattern.compile("(^|^[\\u3040-\\u309f])([\\u3040-\\u309f]+)(?=\\z|^[\\u3040-\\u309f])"),
          Pattern.compile("(^|^[\\u30a0-\\u30ff])([\\u30a0-\\u30ff]+)(?=\\z|^[\\u30a0-\\u30ff])"),
          Pattern.compile("(^|^[\\u31f0-\\u31ff])([\\u31f0-\\u31ff]+)(?=\\z|^[\\u31f0-\\u31ff])"));
  private static final Pattern PUNCTUATION = Pattern.compile("[.,?:;!\"()]");
  private static final Pattern ASIAN_PUNCTUATION =
      Pattern.compile("([\\u3001\\u3002\\u3008-\\u3011\\u3014-\\u301f\\uff61-\\uff65\\u30fb])");
  private static final Pattern FULL_WIDTH_PUNCTUATION =
      Pattern.compile("([\\uff0e\\uff0c\\uff1f\\uff1a\\uff1b\\uff01\\uff02\\uff08\\uff09])");

  /** A text's tokens. */
  public List<String> tokens(String text) {
    String line = Whitespace.stripEnd(text);
    if (!caseSensitive) {
      line = line.toLowerCase(Locale.ROOT);
    }
    if (normalized) {
      line = western(line);
      line = asian ? asian(line) : line;
    }
    if (noPunctuation) {
      line = PUNCTUATION.matcher(line).replaceAll("");
      if (asian) {
        line = ASIAN_PUNCTUATION.matcher(line).replaceAll("");
        line = FULL_WIDTH_PUNCTUATION.matcher(line).replaceAll("");
      }
    }
    return Whitespace.split(line);
  }

  private static String western(String text) {
    String line = text.replace("\n-", "").replace('\n', ' ');
    line = BleuTokenizer.withoutEntities(line);
    line = BleuTokenizer.asciiPunctuation(" " + line + " ");
    line = POSSESSIVE.matcher(line).replaceAll(" 's$1");
    return BleuTokenizer.numberPunctuation(line);
  }

  private static String asian(String text) {
    String line = text;
    for (Pattern apart : List.of(IDEOGRAPH, STROKE, COMPATIBILITY, ENCLOSED)) {
      line = apart.matcher(line).replaceAll(" $1 ");
    }
    for (Pattern kana : KANA) {
      line = kana.matcher(line).replaceAll("$1 $2 ");
    }
    line = ASIAN_PUNCTUATION.matcher(line).replaceAll(" $1 ");
    return FULL_WIDTH_PUNCTUATION.matcher(line).replaceAll(" $1 ");
  }
}
