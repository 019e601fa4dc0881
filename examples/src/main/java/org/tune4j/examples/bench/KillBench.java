package org.tune4j.examples.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.StorageException;

/**
 * Kills fine-tuning runs with SIGKILL at random instants, goes on with each until it ends, and
 * compares what it gave with the same run never interrupted: packed rows, two micro-batches an
 * update, dropout, a checkpoint after each update.
 */
public final class KillBench {
  private static final int UPDATES = 12;
  private static final int DEMO_ROWS = 64;

  private final Class<?> program;
  private final Path work;
  private final Path model;
  private final Path data;

  private KillBench(Class<?> program, Path work, Path model, Path data) {
    this.program = program;
    this.work = work;
    this.model = model;
    this.data = data;
  }

  /**
   * What a bench found.
   *
   * @param kills processes killed
   * @param byteEqual kills whose run gave, in the end, the same bytes
   * @param faults everything that should not have been, empty where nothing was lost
   */
  public record Result(int kills, int byteEqual, List<String> faults) {
    public Result {
      faults = List.copyOf(faults);
    }
  }

  /**
   * Runs the bench.
   *
   * @param program the class with the command line's main method
   * @param model the model's folder; absent for the demo's
   * @param data rows; absent for the demo's
   * @param tell takes figures: of the uninterrupted run, of each run, of all
   * @throws ConfigException if the model cannot be trained on the data even without interruption
   * @throws StorageException if the temporary folder cannot be used
   */
  public static Result run(
      Class<?> program,
      Optional<Path> model,
      Optional<Path> data,
      int kills,
      long seed,
      Consumer<Map<String, ?>> tell) {
    DemoFolder demo = DemoFolder.create();
    KillBench bench =
        new KillBench(
            program, demo.path(), model.orElse(demo.model()), data.orElse(demo.rows(DEMO_ROWS)));
    Result result = bench.run(kills, seed, tell);
    if (result.faults().isEmpty()) {
      demo.delete();
    }
    return result;
  }

  private Result run(int count, long seed, Consumer<Map<String, ?>> tell) {
    RunFiles reference = folder("uninterrupted");
    KillSchedule schedule = uninterrupted(reference, seed, tell);
    List<KilledRun> runs = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    int kills = 0;
    int byteEqual = 0;
    while (kills < count) {
      RunFiles folder = folder("run-" + (runs.size() + 1));
      KilledRun run = new KilledRun(program, arguments(folder), folder, said(folder));
      run.run(schedule::next, count - kills);
      runs.add(run);
      kills += run.kills();
      List<String> differences = folder.differences(reference);
      byteEqual += differences.isEmpty() ? run.kills() : 0;
      List<String> found = new ArrayList<>(run.faults());
      differences.forEach(name -> found.add(name + " differs from the uninterrupted run's"));
      found.forEach(fault -> faults.add(folder.path() + ": " + fault));
      tell.accept(
          figures(
              "run",
              runs.size(),
              "kills",
              run.kills(),
              "faults",
              run.faults().size(),
              "byte_equal",
              differences.isEmpty()));
      if (found.isEmpty()) {
        DemoFolder.delete(folder.path());
      }
    }
    tell.accept(sums(runs, seed));
    return new Result(kills, byteEqual, faults);
  }

  /** Makes the run that is compared with, and takes the time of its phases. */
  private KillSchedule uninterrupted(RunFiles folder, long seed, Consumer<Map<String, ?>> tell) {
    long start = System.nanoTime();
    try (ChildRun child = ChildRun.start(program, arguments(folder), said(folder))) {
      Duration first = untilMade(1, folder, child, start);
      Duration last = untilMade(UPDATES, folder, child, start);
      int code = child.exit();
      Duration end = Duration.ofNanos(System.nanoTime() - start);
      if (code != 0) {
        throw new ConfigException(
            "The run without interruption ended with exit code " + code + ": " + child.said());
      }
      tell.accept(
          figures(
              "updates",
              UPDATES,
              "start_ms",
              first.toMillis(),
              "updates_ms",
              last.minus(first).toMillis(),
              "end_ms",
              end.minus(last).toMillis()));
      return new KillSchedule(seed, UPDATES, first, end.minus(last));
    }
  }

  private static Duration untilMade(long update, RunFiles folder, ChildRun child, long start) {
    while (folder.made() < update && !child.ended()) {
      LockSupport.parkNanos(1_000_000);
    }
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private RunFiles folder(String name) {
    return new RunFiles(work.resolve(name), UPDATES);
  }

  private static Path said(RunFiles folder) {
    return folder.path().resolveSibling(folder.path().getFileName() + ".txt");
  }

  private List<String> arguments(RunFiles folder) {
    return List.of(
        "sft",
        "--resume",
        "--model",
        model.toString(),
        "--data",
        data.toString(),
        "--output",
        folder.path().toString(),
        "--max-steps",
        String.valueOf(UPDATES),
        "--save-steps",
        "1",
        "--save-total-limit",
        "3",
        "--per-device-train-batch-size",
        "1",
        "--gradient-accumulation-steps",
        "2",
        "--packing",
        "--max-length",
        "128",
        "--r",
        "4",
        "--lora-dropout",
        "0.1",
        "--learning-rate",
        "1e-3",
        "--precision",
        "fp32");
  }

  private static Map<String, Object> sums(List<KilledRun> runs, long seed) {
    return figures(
        "seed",
        seed,
        "runs",
        runs.size(),
        "kills_starting",
        sum(runs, run -> run.kills(KillSchedule.Phase.STARTING)),
        "kills_updating",
        sum(runs, run -> run.kills(KillSchedule.Phase.UPDATING)),
        "kills_ending",
        sum(runs, run -> run.kills(KillSchedule.Phase.ENDING)),
        "went_on_from_newest",
        sum(runs, KilledRun::fromNewest),
        "went_on_from_one_before",
        sum(runs, KilledRun::fromOneBefore),
        "most_updates_made_again",
        runs.stream().mapToLong(KilledRun::mostMadeAgain).max().orElse(0));
  }

  private static long sum(List<KilledRun> runs, ToLongFunction<KilledRun> figure) {
    return runs.stream().mapToLong(figure).sum();
  }

  private static Map<String, Object> figures(Object... namesAndValues) {
    if (namesAndValues.length % 2 != 0) {
      throw new EngineBugException("A figure has no value");
    }
    Map<String, Object> figures = new LinkedHashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      figures.put((String) namesAndValues[i], namesAndValues[i + 1]);
    }
    return figures;
  }
}
