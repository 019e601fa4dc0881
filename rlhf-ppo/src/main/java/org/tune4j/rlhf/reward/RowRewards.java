package org.tune4j.rlhf.reward;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tune4j.engine.DataException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.data.source.BadRows;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.data.source.Row;
import org.tune4j.rlhf.rollout.Prompt;
import org.tune4j.rlhf.rollout.ResponseScorer;

/**
 * Rewards as the scorer of a run: each response is scored beside the row that its prompt comes
 * from, whose other columns a verifier checks against. A sample that is dropped has no score.
 */
public final class RowRewards implements ResponseScorer {
  private final RewardScorer scorer;
  private final Map<String, Row> rows = new HashMap<>();

  /**
   * A scorer.
   *
   * @param scorer stays the caller's
   * @param sources what prompts come from; all of it is kept
   */
  public RowRewards(RewardScorer scorer, List<ExampleSource> sources) {
    this.scorer = scorer;
    for (ExampleSource source : sources) {
      BadRows bad = new BadRows(BadRows.Policy.SKIP); // Who reads the prompts tells of them.
      try (Stream<Row> all = source.rows(bad)) {
        all.forEach(row -> rows.put(row.where(), row));
      }
    }
  }

  /** What tells rows from others, with all of their columns. */
  public static String fingerprint(ExampleSource source) {
    MessageDigest digest = Sha256.digest();
    try (Stream<Row> all = source.rows(new BadRows(BadRows.Policy.SKIP))) {
      all.forEach(row -> digest.update((row.columns() + "\n").getBytes(StandardCharsets.UTF_8)));
    }
    return "SHA-256 " + Sha256.hex(digest);
  }

  @Override
  public double[] score(List<Prompt> prompts, List<String> responses) {
    List<RewardSample> samples = new ArrayList<>();
    for (int i = 0; i < responses.size(); i++) {
      Prompt prompt = prompts.get(i);
      Row row = rows.get(prompt.example().where());
      if (row == null) {
        throw new DataException(prompt.example().where() + ": is none of the rows with rewards");
      }
      samples.add(new RewardSample(prompt.text(), responses.get(i), row));
    }
    return scorer.score(samples).totals();
  }
}
