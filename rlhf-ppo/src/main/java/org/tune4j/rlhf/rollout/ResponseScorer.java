package org.tune4j.rlhf.rollout;

import java.util.List;

/** Says what responses are worth. */
@FunctionalInterface
public interface ResponseScorer {
  /**
   * Scores of responses.
   *
   * @param prompts of the responses, one each
   * @param responses as text without special tokens
   * @return one each; NaN or infinity for one that is to be left out
   */
  double[] score(List<Prompt> prompts, List<String> responses);
}
