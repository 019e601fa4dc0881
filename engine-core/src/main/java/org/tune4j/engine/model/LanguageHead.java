package org.tune4j.engine.model;

/**
 * Scores of the next token.
 *
 * @param out not in the checkpoint when tied
 * @param tied whether it uses the embedding's matrix
 * @param scoreCap scores become {@code cap * tanh(score / cap)}; 0 for none
 */
public record LanguageHead(LinearLayer out, boolean tied, double scoreCap) implements HeadSpec {
  /** The same for another number of tokens. */
  LanguageHead withOutputs(int tokens) {
    return new LanguageHead(
        new LinearLayer(out.module(), out.inputs(), tokens, out.bias(), out.inputsFirst()),
        tied,
        scoreCap);
  }
}
