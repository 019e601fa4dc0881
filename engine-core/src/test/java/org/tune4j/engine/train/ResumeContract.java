package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What every trainer and adapter must pass: a run that is stopped after any of its steps and goes
 * on writes what one writes that was never stopped, to the last byte: weights, moments, losses,
 * place of the next batch, exports.
 */
public final class ResumeContract {
  /** Steps of the run. */
  public static final int STEPS = 12;

  private ResumeContract() {}

  /** A run of {@value #STEPS} steps that saves after each and keeps all. */
  @FunctionalInterface
  public interface Trainer {
    /**
     * Trains, going on from what lies in the folder.
     *
     * @param run the run's folder
     * @param stopAfter the step to be stopped after; 0 to run to the end
     */
    void train(Path run, int stopAfter) throws IOException;
  }

  /**
   * Stops a run after each step.
   *
   * @param folder an empty folder for the runs
   */
  public static void check(Path folder, Trainer trainer) throws IOException {
    Path whole = folder.resolve("whole");
    trainer.train(whole, 0);
    assertThat(checkpoints(whole)).isEqualTo(STEPS);
    Path again = folder.resolve("again");
    trainer.train(again, 0);
    assertSame(again, whole, "a second run");
    for (int stop = 1; stop < STEPS; stop++) {
      Path run = folder.resolve("stopped-" + stop);
      trainer.train(run, stop);
      assertThat(checkpoints(run)).isEqualTo(stop);
      trainer.train(run, 0);
      assertSame(run, whole, "stopped after step " + stop);
    }
  }

  private static long checkpoints(Path run) throws IOException {
    try (Stream<Path> entries = Files.list(run)) {
      return entries
          .filter(path -> path.getFileName().toString().startsWith("checkpoint-"))
          .count();
    }
  }

  private static void assertSame(Path run, Path wanted, String what) throws IOException {
    assertThat(files(run)).as(what).isEqualTo(files(wanted));
    for (String name : files(wanted)) {
      if (name.equals("metrics.jsonl")) {
        assertThat(metrics(run)).as(what).isEqualTo(metrics(wanted));
      } else {
        assertThat(run.resolve(name)).as(what).hasSameBinaryContentAs(wanted.resolve(name));
      }
    }
  }

  private static List<String> files(Path run) throws IOException {
    try (Stream<Path> paths = Files.walk(run)) {
      return paths
          .filter(Files::isRegularFile)
          .map(path -> run.relativize(path).toString())
          .filter(name -> !name.equals("preflight.json")) // Forecasts a duration.
          .sorted()
          .toList();
    }
  }

  /** Without times and memory. */
  private static String metrics(Path run) throws IOException {
    return Files.readString(run.resolve("metrics.jsonl")).replaceAll(",\"(seconds|time/)[^}]*", "");
  }
}
