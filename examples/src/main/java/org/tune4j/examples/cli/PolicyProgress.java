package org.tune4j.examples.cli;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.StepResult;
import org.tune4j.rlhf.ppo.RolloutListener;
import org.tune4j.rlhf.ppo.Sampling;
import org.tune4j.rlhf.rollout.ScoredRollout;

/**
 * Shows how a policy learns: a line an update with what its answers were worth, how far it is from
 * its reference, and what the time went into; an answer every {@value #ANSWER_EVERY} updates; and
 * on a terminal a bar of the steps.
 */
final class PolicyProgress implements RolloutListener, AutoCloseable {
  private static final int ANSWER_EVERY = 10;
  private static final int WIDTH = 110;
  private static final int TEXT = 160;
  private static final List<String> TIMES =
      List.of("time/sampling", "time/scoring", "time/training");

  private final PolicyMethod method;
  private final Sampling sampling;
  private long totalSteps;
  private double seconds;

  /** The update under way, counted from 1; 0 where a run goes on in the middle of one. */
  private long under;

  /** Updates of which something was told. */
  private long told;

  private final StepBar bar;

  PolicyProgress(Console console, PolicyJob job) {
    this.bar = new StepBar(console, WIDTH);
    this.method = job.method();
    this.sampling = job.sampling();
  }

  @Override
  public void onStart(RunStart start) {
    totalSteps = start.totalSteps();
    bar.start(method.name(), start);
  }

  @Override
  public void onStep(StepResult result) {
    bar.stepTo(result.step(), "");
  }

  @Override
  public void onRollouts(int update, List<ScoredRollout> scored) {
    under = update + 1L;
    if (update % ANSWER_EVERY == 0) {
      ScoredRollout first = scored.get(0);
      bar.say(
          String.format(
              Locale.ROOT,
              "  “%s” → “%s”  %.2f",
              oneLine(first.prompt().text()),
              oneLine(first.response()),
              first.score()));
    }
  }

  private static String oneLine(String text) {
    String line = text.strip().replaceAll("\\s+", " ");
    return line.length() <= TEXT ? line : "…" + line.substring(line.length() - TEXT);
  }

  @Override
  public void onMetrics(long step, Map<String, Double> values) {
    double all = TIMES.stream().mapToDouble(values::get).sum();
    seconds += all;
    told++;
    // Updates that end early make fewer steps, so these say too little.
    long update = under > 0 ? under : updates(step);
    long updates = updates(totalSteps);
    Duration left = Duration.ofSeconds(Math.round((updates - update) * seconds / told));
    bar.say(
        String.format(
            Locale.ROOT,
            "update %d/%d  %s  %d samples  sampling %.0f%% scoring %.0f%% training %.0f%%"
                + "  %d:%02d:%02d left",
            update,
            updates,
            method.told(values),
            update * sampling.rollouts(),
            100 * values.get(TIMES.get(0)) / all,
            100 * values.get(TIMES.get(1)) / all,
            100 * values.get(TIMES.get(2)) / all,
            left.toHours(),
            left.toMinutesPart(),
            left.toSecondsPart()));
  }

  /** How many have begun after so many steps. */
  private long updates(long steps) {
    return (steps + sampling.steps() - 1) / sampling.steps();
  }

  @Override
  public void onEvaluation(long step, Map<String, Double> values) {
    bar.say("step " + step + "  " + ProgressListener.shown(values));
  }

  @Override
  public void onEnd(RunResult result) {
    close();
  }

  @Override
  public void close() {
    bar.close();
  }
}
