package org.tune4j.eval.metric;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.eval.text.BleuTokenizer;

/** How much texts that a model wrote differ, without a reference. */
public final class Diversity {
  private Diversity() {}

  /**
   * distinct-n (Li et al., 2016) of texts together, 0 to 1: different n-grams by all n-grams.
   *
   * @param texts each in tokens
   * @throws DataException if no text has an n-gram
   */
  public static double distinct(List<List<String>> texts, int n) {
    if (n < 1) {
      throw new ConfigException("distinct-n: n: found " + n + ", wanted at least 1");
    }
    Set<List<String>> different = new HashSet<>();
    long all = 0;
    for (List<String> text : texts) {
      for (int i = 0; i + n <= text.size(); i++) {
        different.add(text.subList(i, i + n));
        all++;
      }
    }
    if (all == 0) {
      throw new DataException(
          "distinct-%d: none of %d texts has %d tokens".formatted(n, texts.size(), n));
    }
    return (double) different.size() / all;
  }

  /**
   * Self-BLEU (Zhu et al., 2018): for each text its BLEU with all others as references, 0 to 100.
   * The score of the texts is the mean of this; the higher it is, the more alike they are.
   *
   * <p>The time it takes grows with the square of the number of texts.
   *
   * @param bleu with effective order unless texts are to be scored as nltk does; without a
   *     tokenizer of its own it takes that of the script of all texts
   * @throws DataException if there are less than two texts, or one has no token
   */
  public static double[] selfBleu(List<String> texts, Bleu bleu) {
    if (texts.size() < 2) {
      throw new DataException("self-BLEU: found " + texts.size() + " texts, wanted at least 2");
    }
    BleuTokenizer tokenizer = bleu.tokenizer().orElseGet(() -> BleuTokenizer.of(texts));
    List<List<String>> tokens =
        References.tokens(texts, tokenizer.label(), text -> tokenizer.tokens(bleu.cased(text)));
    double[] scores = new double[texts.size()];
    for (int i = 0; i < scores.length; i++) {
      List<List<String>> others = new ArrayList<>(tokens);
      others.remove(i);
      scores[i] = bleu.score(bleu.statistics(tokens.get(i), others));
    }
    return scores;
  }
}
