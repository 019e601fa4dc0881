package org.tune4j.eval.robustness;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import net.sf.extjwnl.JWNLException;
import net.sf.extjwnl.data.IndexWord;
import net.sf.extjwnl.data.Synset;
import net.sf.extjwnl.data.Word;
import net.sf.extjwnl.dictionary.Dictionary;
import org.tune4j.engine.EngineBugException;

/**
 * A word made one of its synonyms: of all senses that Princeton WordNet 3.1 has of it, of any part
 * of speech, as TextAttack's {@code WordSwapWordNet}; of Chinese words those of this module's
 * thesaurus. WordNet gives base forms: {@code liked} becomes {@code enjoy}. Numbers have no
 * synonyms here, though WordNet has some.
 */
final class Synonyms implements WordSwap {
  /** Read when the first word is asked for; it stays in memory. */
  private static final class Books {
    static final Dictionary WORD_NET = open();
    static final Map<String, List<String>> THESAURUS = WordLists.groups("thesaurus_zh.txt");

    private static Dictionary open() {
      try {
        return Dictionary.getDefaultResourceInstance();
      } catch (JWNLException e) {
        throw new EngineBugException("WordNet cannot be read from its jar: " + e.getMessage(), e);
      }
    }
  }

  @Override
  public List<String> replacements(String word, SplittableRandom random) {
    if (Han.isIn(word)) {
      return Books.THESAURUS.getOrDefault(word, List.of());
    }
    if (word.codePoints().noneMatch(Character::isLetter)) {
      return List.of();
    }
    Set<String> synonyms = new LinkedHashSet<>();
    for (IndexWord entry : entries(word)) {
      for (Synset sense : entry.getSenses()) {
        for (Word member : sense.getWords()) {
          String lemma = member.getLemma();
          if (!lemma.equalsIgnoreCase(word) && WordCutter.isOneWord(lemma)) {
            synonyms.add(LetterCase.of(word, lemma));
          }
        }
      }
    }
    return List.copyOf(synonyms);
  }

  /** The dictionary is not for use by two threads at once. */
  private static IndexWord[] entries(String word) {
    synchronized (Books.WORD_NET) {
      try {
        return Books.WORD_NET
            .lookupAllIndexWords(word.toLowerCase(Locale.ROOT))
            .getIndexWordArray();
      } catch (JWNLException e) {
        throw new EngineBugException("WordNet cannot be read: " + e.getMessage(), e);
      }
    }
  }
}
