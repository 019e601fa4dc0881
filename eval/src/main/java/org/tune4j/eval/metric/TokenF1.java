package org.tune4j.eval.metric;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.eval.text.AnswerText;
import org.tune4j.eval.text.NGrams;
import org.tune4j.eval.text.Script;

/**
 * SQuAD's F1, 0 to 1: the mean over rows of the F1 score of the tokens that an answer shares with
 * the wanted one that it is closest to. Two empty answers agree, as in SQuAD 2.0.
 */
public final class TokenF1 implements MeanMetric {
  @Override
  public String name() {
    return "f1";
  }

  @Override
  public double value(String hypothesis, List<String> references) {
    boolean chinese = Script.isChinese(references);
    List<String> answer = AnswerText.tokens(hypothesis, chinese);
    return References.checked(references).stream()
        .mapToDouble(wanted -> f1(answer, AnswerText.tokens(wanted, chinese)))
        .max()
        .orElseThrow();
  }

  private static double f1(List<String> answer, List<String> wanted) {
    if (answer.isEmpty() || wanted.isEmpty()) {
      return answer.equals(wanted) ? 1 : 0;
    }
    Map<List<String>, Integer> counts = NGrams.count(wanted, 1);
    double shared = NGrams.shared(NGrams.count(answer, 1), counts);
    return 2 * shared / (answer.size() + wanted.size());
  }

  @Override
  public String tokenizer(List<String> references) {
    return tokenizerOf(references);
  }

  /** What {@link AnswerText} does with these. */
  static String tokenizerOf(List<String> references) {
    return Script.isChinese(references) ? "squad-char" : "squad";
  }

  @Override
  public String signature(String references, Set<String> tokenizers) {
    return "nrefs:" + references + "|case:lc|tok:" + Metric.joined(tokenizers);
  }
}
