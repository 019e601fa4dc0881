package org.tune4j.eval.metric;

import java.util.List;
import java.util.Set;
import org.tune4j.eval.text.AnswerText;
import org.tune4j.eval.text.Script;

/**
 * SQuAD's exact match, 0 to 1: the share of answers that are a wanted one when case, punctuation,
 * white space and English articles are left out of account.
 */
public final class QuasiExactMatch implements MeanMetric {
  @Override
  public String name() {
    return "quasi_exact_match";
  }

  @Override
  public double value(String hypothesis, List<String> references) {
    boolean chinese = Script.isChinese(references);
    List<String> answer = AnswerText.tokens(hypothesis, chinese);
    return References.checked(references).stream()
            .anyMatch(wanted -> AnswerText.tokens(wanted, chinese).equals(answer))
        ? 1
        : 0;
  }

  @Override
  public String tokenizer(List<String> references) {
    return TokenF1.tokenizerOf(references);
  }

  @Override
  public String signature(String references, Set<String> tokenizers) {
    return "nrefs:" + references + "|case:lc|tok:" + Metric.joined(tokenizers);
  }
}
