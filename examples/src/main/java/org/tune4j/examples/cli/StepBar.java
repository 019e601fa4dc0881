package org.tune4j.examples.cli;

import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.tune4j.engine.train.RunStart;

/** How far a run is: a bar on a terminal, and lines beside it. */
final class StepBar implements AutoCloseable {
  private final Console console;
  private final int width;
  private ProgressBar bar;

  StepBar(Console console, int width) {
    this.console = console;
    this.width = width;
  }

  /** Says what is trained, and begins; there is a bar on a terminal only. */
  void start(String task, RunStart start) {
    console.say(
        String.format(
            Locale.ROOT,
            "trainable params: %,d || all params: %,d || trainable%%: %.4f",
            start.trainedParameters(),
            start.allParameters(),
            100.0 * start.trainedParameters() / start.allParameters()));
    if (start.firstStep() > 0) {
      console.say("going on after step " + start.firstStep());
    }
    if (console.terminal()) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(task)
              .setInitialMax(start.totalSteps())
              .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
              .setUpdateIntervalMillis(250)
              .setConsumer(new ConsoleProgressBarConsumer(console.err(), width))
              .startsFrom(start.firstStep(), Duration.ZERO)
              .build();
    }
  }

  boolean isShown() {
    return bar != null;
  }

  /**
   * Moves the bar, if it is shown.
   *
   * @param message what stands beside it
   */
  void stepTo(long step, String message) {
    if (bar != null) {
      bar.setExtraMessage(message);
      bar.stepTo(step);
    }
  }

  /** A bar redraws its line; blanks cover what is left of it. */
  void say(String line) {
    console.say(bar == null ? line : "\r" + line + " ".repeat(Math.max(0, width - line.length())));
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
