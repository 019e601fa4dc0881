package org.tune4j.rlhf;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.train.StepResult;
import org.tune4j.rlhf.ppo.RolloutListener;
import org.tune4j.rlhf.rollout.ResponseScorer;
import org.tune4j.rlhf.rollout.ScoredRollout;

/** What a policy that speaks bytes can learn: small letters are wanted of eight of them. */
public final class ToyTask {
  /** The share of small letters. */
  public static final ResponseScorer LETTERS =
      (prompts, responses) ->
          responses.stream()
              .mapToDouble(text -> text.chars().filter(c -> c >= 'a' && c <= 'z').count() / 8.0)
              .toArray();

  private ToyTask() {}

  /** Eight prompts. */
  public static ExampleSource prompts() {
    return ExampleSource.of(
        IntStream.range(0, 8).mapToObj(i -> Map.of("prompt", "say " + i)).toList(), "prompts");
  }

  /** What a run has told. */
  public static final class Told implements RolloutListener {
    /** Mean score of each update. */
    public final List<Double> means = new ArrayList<>();

    public final List<List<ScoredRollout>> rollouts = new ArrayList<>();
    public final List<Map<String, Double>> metrics = new ArrayList<>();

    @Override
    public void onRollouts(int update, List<ScoredRollout> said) {
      rollouts.add(said);
      means.add(said.stream().mapToDouble(ScoredRollout::score).average().orElseThrow());
    }

    /** Steps that were made. */
    public long steps;

    @Override
    public void onStep(StepResult result) {
      steps++;
    }

    @Override
    public void onMetrics(long step, Map<String, Double> values) {
      metrics.add(values);
    }
  }
}
