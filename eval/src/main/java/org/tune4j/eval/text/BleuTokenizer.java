package org.tune4j.eval.text;

import java.util.List;
import java.util.regex.Pattern;
import org.tune4j.engine.ConfigException;

/** The tokenizers of sacreBLEU, each under the name that it has in signatures there. */
public enum BleuTokenizer {
  /** As mteval-v13a: punctuation apart, except within numbers. For languages with spaces. */
  V13A("13a") {
    @Override
    String cut(String text) {
      String line = text.replace("<skipped>", "").replace("-\n", "").replace('\n', ' ');
      return westernPunctuation(" " + withoutEntities(line) + " ");
    }
  },

  /** Chinese characters and symbols one by one, the rest as {@link #V13A}. */
  ZH("zh") {
    @Override
    String cut(String text) {
      StringBuilder apart = new StringBuilder();
      for (char c : text.toCharArray()) {
        apart.append(isChinese(c) ? " " + c + " " : String.valueOf(c));
      }
      return westernPunctuation(apart.toString());
    }
  },

  /** As mteval-v14: every punctuation mark and symbol of Unicode apart, except within numbers. */
  INTL("intl") {
    @Override
    String cut(String text) {
      String line = NON_NUMBER_THEN_PUNCTUATION.matcher(text).replaceAll("$1 $2 ");
      line = PUNCTUATION_THEN_NON_NUMBER.matcher(line).replaceAll(" $1 $2");
      return SYMBOL.matcher(line).replaceAll(" $1 ");
    }
  },

  /** Character by character. */
  CHAR("char") {
    @Override
    public List<String> tokens(String text) {
      return Whitespace.characters(text);
    }

    @Override
    String cut(String text) {
      return text;
    }
  },

  /** What stands between white space. */
  NONE("none") {
    @Override
    String cut(String text) {
      return text;
    }
  };

  private static final Pattern NON_NUMBER_THEN_PUNCTUATION = Pattern.compile("(\\P{N})(\\p{P})");
  private static final Pattern PUNCTUATION_THEN_NON_NUMBER = Pattern.compile("(\\p{P})(\\P{N})");
  private static final Pattern SYMBOL = Pattern.compile("(\\p{S})");

  private static final Pattern ASCII_PUNCTUATION = Pattern.compile("([\\{-~\\[-` -&\\(-\\+:-@/])");
  private static final Pattern NON_DIGIT_THEN_POINT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern POINT_THEN_NON_DIGIT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern DIGIT_THEN_DASH = Pattern.compile("([0-9])(-)");

  private final String label;

  BleuTokenizer(String label) {
    this.label = label;
  }

  /** Its name in a signature. */
  public String label() {
    return label;
  }

  /**
   * The tokenizer of a name in sacreBLEU.
   *
   * @throws ConfigException if there is none
   */
  public static BleuTokenizer named(String label) {
    for (BleuTokenizer tokenizer : values()) {
      if (tokenizer.label.equals(label)) {
        return tokenizer;
      }
    }
    throw new ConfigException(
        "BLEU tokenizer: found " + label + ", wanted one of 13a, zh, intl, char, none");
  }

  /** The one for the script of some texts: {@link #ZH} for Chinese, {@link #V13A} for others. */
  public static BleuTokenizer of(List<String> texts) {
    return Script.isChinese(texts) ? ZH : V13A;
  }

  /** A text's tokens. */
  public List<String> tokens(String text) {
    return Whitespace.split(cut(Whitespace.stripEnd(text)));
  }

  /** The text with its tokens apart. */
  abstract String cut(String text);

  /** The last step of mteval-v13a. */
  private static String westernPunctuation(String text) {
    return numberPunctuation(asciiPunctuation(text));
  }

  /** The characters that entities of markup stand for, in their place. */
  static String withoutEntities(String text) {
    return text.replace("&quot;", "\"")
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
  }

  /** Takes the punctuation of ASCII apart, but for what numbers have. */
  static String asciiPunctuation(String text) {
    return ASCII_PUNCTUATION.matcher(text).replaceAll(" $1 ");
  }

  /** Takes full stops and commas off what is no number, and dashes off numbers. */
  static String numberPunctuation(String text) {
    String line = NON_DIGIT_THEN_POINT.matcher(text).replaceAll("$1 $2 ");
    line = POINT_THEN_NON_DIGIT.matcher(line).replaceAll(" $1 $2");
    return DIGIT_THEN_DASH.matcher(line).replaceAll("$1 $2 ");
  }

  /**
   * sacreBLEU's table. It means to hold the ideographs beyond U+FFFF too, but spells them so that
   * U+2001 to U+2A6D and U+2F81 to U+2FA1 are in it instead: general punctuation, arrows,
   * mathematics. It is kept as it is, since scores depend on it.
   */
  private static boolean isChinese(int c) {
    return c >= 0x2001 && c <= 0x2a6d
        || c >= 0x2e80 && c <= 0x2fdf
        || c >= 0x2ff0 && c <= 0x303f
        || c >= 0x3100 && c <= 0x312f
        || c >= 0x31a0 && c <= 0x31ef
        || c >= 0x3200 && c <= 0x4db5
        || c >= 0x4e00 && c <= 0x9fbb
        || c >= 0xf900 && c <= 0xfa2d
        || c >= 0xfa30 && c <= 0xfa6a
        || c >= 0xfa70 && c <= 0xfad9
        || c >= 0xfe10 && c <= 0xfe1f
        || c >= 0xfe30 && c <= 0xfe4f
        || c >= 0xff00 && c <= 0xffef;
  }
}
