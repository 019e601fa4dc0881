package org.tune4j.eval.text;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Porter's stemmer with the extensions of NLTK, which ROUGE's reference implementation uses: a
 * table of irregular words, and rules of its own for -ies, -ied, -y, -alli, -fulli and -logi.
 */
public final class PorterStemmer {
  private static final Map<String, String> IRREGULAR =
      Map.ofEntries(
          Map.entry("sky", "sky"),
          Map.entry("skies", "sky"),
          Map.entry("dying", "die"),
          Map.entry("lying", "lie"),
          Map.entry("tying", "tie"),
          Map.entry("news", "news"),
          Map.entry("innings", "inning"),
          Map.entry("inning", "inning"),
          Map.entry("outings", "outing"),
          Map.entry("outing", "outing"),
          Map.entry("cannings", "canning"),
          Map.entry("canning", "canning"),
          Map.entry("howe", "howe"),
          Map.entry("proceed", "proceed"),
          Map.entry("exceed", "exceed"),
          Map.entry("succeed", "succeed"));

  /** What a suffix becomes if what stands before it allows it. */
  private record Rule(String suffix, String becomes, Predicate<String> allowed) {}

  private static final List<Rule> PLURALS =
      List.of(always("sses", "ss"), always("ies", "i"), always("ss", "ss"), always("s", ""));

  private static final List<Rule> DOUBLE_SUFFIXES =
      List.of(
          measured("ational", "ate"),
          measured("tional", "tion"),
          measured("enci", "ence"),
          measured("anci", "ance"),
          measured("izer", "ize"),
          measured("bli", "ble"),
          measured("alli", "al"),
          measured("entli", "ent"),
          measured("eli", "e"),
          measured("ousli", "ous"),
          measured("ization", "ize"),
          measured("ation", "ate"),
          measured("ator", "ate"),
          measured("alism", "al"),
          measured("iveness", "ive"),
          measured("fulness", "ful"),
          measured("ousness", "ous"),
          measured("aliti", "al"),
          measured("iviti", "ive"),
          measured("biliti", "ble"),
          measured("fulli", "ful"),
          // the l counts to the stem, so that geo- and theo- are long enough
          new Rule("logi", "log", stem -> measure(stem + "l") > 0));

  private static final List<Rule> ADJECTIVE_SUFFIXES =
      List.of(
          measured("icate", "ic"),
          measured("ative", ""),
          measured("alize", "al"),
          measured("iciti", "ic"),
          measured("ical", "ic"),
          measured("ful", ""),
          measured("ness", ""));

  private static final List<Rule> LAST_SUFFIXES =
      List.of(
          dropped("al"),
          dropped("ance"),
          dropped("ence"),
          dropped("er"),
          dropped("ic"),
          dropped("able"),
          dropped("ible"),
          dropped("ant"),
          dropped("ement"),
          dropped("ment"),
          dropped("ent"),
          new Rule(
              "ion", "", stem -> measure(stem) > 1 && (stem.endsWith("s") || stem.endsWith("t"))),
          dropped("ou"),
          dropped("ism"),
          dropped("ate"),
          dropped("iti"),
          dropped("ous"),
          dropped("ive"),
          dropped("ize"));

  private PorterStemmer() {}

  private static Rule always(String suffix, String becomes) {
    return new Rule(suffix, becomes, stem -> true);
  }

  private static Rule measured(String suffix, String becomes) {
    return new Rule(suffix, becomes, stem -> measure(stem) > 0);
  }

  private static Rule dropped(String suffix) {
    return new Rule(suffix, "", stem -> measure(stem) > 1);
  }

  /** The stem of an English word, in lower case. */
  public static String stem(String word) {
    String stem = word.toLowerCase(Locale.ROOT);
    if (IRREGULAR.containsKey(stem)) {
      return IRREGULAR.get(stem);
    }
    if (stem.length() <= 2) {
      return stem;
    }
    stem = withoutPlural(stem);
    stem = withoutPast(stem);
    stem = withI(stem);
    stem = withoutDoubleSuffix(stem);
    stem = apply(ADJECTIVE_SUFFIXES, stem);
    stem = apply(LAST_SUFFIXES, stem);
    stem = withoutE(stem);
    return stem.endsWith("ll") && measure(withoutLast(stem, 1)) > 1 ? withoutLast(stem, 1) : stem;
  }

  /** Only the first rule whose suffix the word has counts, whether it is allowed or not. */
  private static String apply(List<Rule> rules, String word) {
    for (Rule rule : rules) {
      if (word.endsWith(rule.suffix)) {
        String stem = withoutLast(word, rule.suffix.length());
        return rule.allowed.test(stem) ? stem + rule.becomes : word;
      }
    }
    return word;
  }

  private static String withoutPlural(String word) {
    return word.endsWith("ies") && word.length() == 4 ? withoutLast(word, 1) : apply(PLURALS, word);
  }

  private static String withoutPast(String word) {
    if (word.endsWith("ied")) {
      return withoutLast(word, word.length() == 4 ? 1 : 2);
    }
    if (word.endsWith("eed")) {
      return measure(withoutLast(word, 3)) > 0 ? withoutLast(word, 1) : word;
    }
    for (String suffix : List.of("ed", "ing")) {
      if (word.endsWith(suffix) && hasVowel(withoutLast(word, suffix.length()))) {
        return mended(withoutLast(word, suffix.length()));
      }
    }
    return word;
  }

  /** What -ed or -ing was taken off, as it is written without. */
  private static String mended(String stem) {
    if (stem.endsWith("at") || stem.endsWith("bl") || stem.endsWith("iz")) {
      return stem + "e";
    }
    int n = stem.length();
    if (n >= 2 && stem.charAt(n - 1) == stem.charAt(n - 2) && isConsonant(stem, n - 1)) {
      return "lsz".indexOf(stem.charAt(n - 1)) < 0 ? withoutLast(stem, 1) : stem;
    }
    return measure(stem) == 1 && endsShort(stem) ? stem + "e" : stem;
  }

  private static String withI(String word) {
    String stem = withoutLast(word, 1);
    return word.endsWith("y") && stem.length() > 1 && isConsonant(stem, stem.length() - 1)
        ? stem + "i"
        : word;
  }

  private static String withoutDoubleSuffix(String word) {
    if (word.endsWith("alli") && measure(withoutLast(word, 4)) > 0) {
      return withoutDoubleSuffix(withoutLast(word, 2));
    }
    return apply(DOUBLE_SUFFIXES, word);
  }

  private static String withoutE(String word) {
    String stem = withoutLast(word, 1);
    int measure = measure(stem);
    return word.endsWith("e") && (measure > 1 || measure == 1 && !endsShort(stem)) ? stem : word;
  }

  private static String withoutLast(String word, int letters) {
    return word.substring(0, Math.max(0, word.length() - letters));
  }

  /** A letter other than a, e, i, o, u, and than y behind a consonant. */
  private static boolean isConsonant(String word, int at) {
    int i = at;
    // of a run of y every second one is a consonant
    while (i > 0 && word.charAt(i) == 'y') {
      i--;
    }
    boolean consonant = "aeiou".indexOf(word.charAt(i)) < 0;
    return (at - i) % 2 == 0 ? consonant : !consonant;
  }

  /** How often a consonant follows a vowel: the m of Porter's rules. */
  private static int measure(String word) {
    int measure = 0;
    boolean before = true;
    for (int i = 0; i < word.length(); i++) {
      char c = word.charAt(i);
      boolean consonant = c == 'y' ? i == 0 || !before : "aeiou".indexOf(c) < 0;
      measure += consonant && !before ? 1 : 0;
      before = consonant;
    }
    return measure;
  }

  private static boolean hasVowel(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (!isConsonant(word, i)) {
        return true;
      }
    }
    return false;
  }

  /** Ends in consonant, vowel, consonant other than w, x, y; or is a vowel and a consonant. */
  private static boolean endsShort(String word) {
    int n = word.length();
    if (n == 2) {
      return !isConsonant(word, 0) && isConsonant(word, 1);
    }
    return n >= 3
        && isConsonant(word, n - 3)
        && !isConsonant(word, n - 2)
        && isConsonant(word, n - 1)
        && "wxy".indexOf(word.charAt(n - 1)) < 0;
  }
}
