package org.tune4j.rlhf.rollout;

import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.DataException;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * A rollout and what it is worth.
 *
 * @param prompt what was asked
 * @param response what was said, as text without special tokens
 * @param score higher is better; NaN for one that could not be scored, which infinity is taken for
 */
public record ScoredRollout(Rollout rollout, Prompt prompt, String response, double score) {
  public ScoredRollout {
    score = Double.isFinite(score) ? score : Double.NaN;
  }

  /**
   * Rollouts as they are scored.
   *
   * @param prompts of the rollouts, one each
   * @throws DataException if the scorer does not give a score for each
   */
  public static List<ScoredRollout> of(
      List<Prompt> prompts, List<Rollout> said, Tokenizer tokenizer, ResponseScorer scorer) {
    List<String> texts =
        said.stream().map(each -> tokenizer.decode(each.response(), true)).toList();
    double[] scores = scorer.score(prompts, texts);
    if (scores == null || scores.length != said.size()) {
      throw new DataException(
          "The scorer gave %s scores of %d responses; wanted one each, NaN for one that is to be left out"
              .formatted(scores == null ? "no" : String.valueOf(scores.length), said.size()));
    }
    List<ScoredRollout> all = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      all.add(new ScoredRollout(said.get(i), prompts.get(i), texts.get(i), scores[i]));
    }
    return all;
  }

  /** Whether it could be scored. */
  public boolean hasScore() {
    return !Double.isNaN(score);
  }
}
