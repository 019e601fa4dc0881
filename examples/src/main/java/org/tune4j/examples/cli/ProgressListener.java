package org.tune4j.examples.cli;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.train.LossScaleChange;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TuningReport;

/**
 * Shows how a run goes: a bar on a terminal, a line every {@value #LINE_EVERY} updates elsewhere,
 * with loss, tokens a second and the time that is left.
 */
public final class ProgressListener implements RunListener, AutoCloseable {
  private static final int LINE_EVERY = 10;

  /** Rates are means over so many of the latest updates. */
  private static final int WINDOW = 20;

  private static final int WIDTH = 100;

  private final Console console;
  private final Deque<StepResult> latest = new ArrayDeque<>();
  private long totalSteps;
  private final StepBar bar;

  public ProgressListener(Console console) {
    this.console = console;
    this.bar = new StepBar(console, WIDTH);
  }

  @Override
  public void onPreflight(PreflightReport report) {
    console.say(report.text(console.terminal()));
  }

  @Override
  public void onTuning(TuningReport report) {
    console.say(report.text());
  }

  @Override
  public void onStart(RunStart start) {
    totalSteps = start.totalSteps();
    bar.start("training", start);
  }

  @Override
  public void onStep(StepResult result) {
    latest.add(result);
    if (latest.size() > WINDOW) {
      latest.remove();
    }
    if (bar.isShown()) {
      bar.stepTo(
          result.step(),
          String.format(
              Locale.ROOT, " loss %.4f, %,.0f tokens/s", result.loss(), tokensPerSecond()));
    } else if (isTold(result.step())) {
      console.say(
          String.format(
              Locale.ROOT,
              "step %d/%d  loss %.4f  grad_norm %.3f  lr %.2e  %,.0f tokens/s  %s left",
              result.step(),
              totalSteps,
              result.loss(),
              result.gradNorm(),
              result.learningRate(),
              tokensPerSecond(),
              left(result.step())));
    }
  }

  private boolean isTold(long step) {
    return step == 1 || step % LINE_EVERY == 0 || step == totalSteps;
  }

  @Override
  public void onMetrics(long step, Map<String, Double> values) {
    if (!bar.isShown() && isTold(step)) {
      console.say("step " + step + "  " + shown(values));
    }
  }

  private double tokensPerSecond() {
    return latest.stream().mapToLong(StepResult::tokens).sum() / seconds();
  }

  private double seconds() {
    return latest.stream().mapToDouble(StepResult::seconds).sum();
  }

  private String left(long step) {
    Duration left = Duration.ofSeconds(Math.round((totalSteps - step) * seconds() / latest.size()));
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", left.toHours(), left.toMinutesPart(), left.toSecondsPart());
  }

  @Override
  public void onLossScale(LossScaleChange change) {
    if (change.overflowed()) {
      bar.say(
          String.format(
              Locale.ROOT,
              "step %d  gradients overflowed in fp16: not learned from, loss scale now %.0f",
              change.step(),
              change.scale()));
    }
  }

  @Override
  public void onEvaluation(long step, Map<String, Double> values) {
    bar.say("step " + step + "  " + shown(values));
  }

  /** Figures in a line. */
  static String shown(Map<String, Double> values) {
    return values.entrySet().stream()
        .map(e -> String.format(Locale.ROOT, "%s %.4f", e.getKey(), e.getValue()))
        .collect(Collectors.joining("  "));
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
