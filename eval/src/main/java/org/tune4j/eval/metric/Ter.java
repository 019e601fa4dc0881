package org.tune4j.eval.metric;

import java.util.List;
import java.util.Set;
import org.tune4j.eval.text.TerTokenizer;
import org.tune4j.eval.text.TranslationEdits;

/**
 * Translation edit rate (Snover et al., 2006) as sacreBLEU computes it: edits per 100 words of the
 * reference, 0 where nothing has to be edited, above 100 where more than everything.
 *
 * <p>The statistics of a row: the fewest edits that make it a reference, and the mean length of its
 * references.
 */
public record Ter(TerTokenizer tokenizer) implements Metric {
  /**
   * Punctuation apart and Chinese cut into characters. sacreBLEU's own default does neither, and
   * takes a Chinese sentence for one word.
   */
  public static final Ter DEFAULT = new Ter(new TerTokenizer(true, false, true, false));

  @Override
  public String name() {
    return "ter";
  }

  @Override
  public double[] statistics(String hypothesis, List<String> references) {
    List<List<String>> wanted = References.tokens(references, "tercom", this::twice);
    List<String> words = tokenizer.tokens(hypothesis);
    int fewest = Integer.MAX_VALUE;
    double length = 0;
    for (List<String> reference : wanted) {
      fewest = Math.min(fewest, TranslationEdits.count(words, reference));
      length += reference.size();
    }
    return new double[] {fewest, length / wanted.size()};
  }

  /**
   * sacreBLEU cuts what it cut once more if it is a reference, which takes a possessive s before
   * punctuation off.
   */
  private List<String> twice(String reference) {
    return tokenizer.tokens(String.join(" ", tokenizer.tokens(reference)));
  }

  @Override
  public double score(double[] sums) {
    return 100 * (sums[0] / sums[1]);
  }

  @Override
  public boolean higherIsBetter() {
    return false;
  }

  @Override
  public String signature(String references, Set<String> tokenizers) {
    return "nrefs:"
        + references
        + (tokenizer.caseSensitive() ? "|case:mixed" : "|case:lc")
        + "|tok:tercom"
        + (tokenizer.normalized() ? "|norm:yes" : "|norm:no")
        + (tokenizer.noPunctuation() ? "|punct:no" : "|punct:yes")
        + (tokenizer.asian() ? "|asian:yes" : "|asian:no")
        + "|version:"
        + Bleu.SACREBLEU;
  }
}
