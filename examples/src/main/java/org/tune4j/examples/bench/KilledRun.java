package org.tune4j.examples.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One run: started, killed, started again, until it ends. */
final class KilledRun {
  private static final Pattern WENT_ON = Pattern.compile("going on after step (\\d+)");
  private static final Duration POLL = Duration.ofMillis(1);

  private final Class<?> program;
  private final List<String> arguments;
  private final RunFiles folder;
  private final Path said;
  private final Map<KillSchedule.Phase, Integer> kills = new EnumMap<>(KillSchedule.Phase.class);
  private final List<String> faults = new ArrayList<>();
  private int fromNewest;
  private int fromOneBefore;
  private long mostMadeAgain;

  /**
   * A run that is not started yet.
   *
   * @param arguments of the command that starts it and that goes on with it
   * @param said a file for what it says
   */
  KilledRun(Class<?> program, List<String> arguments, RunFiles folder, Path said) {
    this.program = program;
    this.arguments = arguments;
    this.folder = folder;
    this.said = said;
  }

  /**
   * Runs until the run has ended, well or not.
   *
   * @param schedule from the updates made so far to when the next start is killed; empty for not
   * @param atMost so many kills
   */
  void run(LongFunction<Optional<KillSchedule.Moment>> schedule, int atMost) {
    boolean killed = true;
    while (killed) {
      long newest = folder.newestWhole();
      long made = folder.made();
      killed =
          live(
              newest,
              made,
              kills() < atMost ? schedule.apply(Math.max(made, newest)) : Optional.empty());
    }
  }

  /**
   * One process from its start to its end.
   *
   * @param newest the newest whole checkpoint that it finds
   * @param made the updates that were made before it
   * @return whether it was killed
   */
  private boolean live(long newest, long made, Optional<KillSchedule.Moment> moment) {
    try (ChildRun child = ChildRun.start(program, arguments, said)) {
      boolean due = moment.isPresent() && await(moment.get(), child);
      int code = due ? child.kill() : child.exit();
      if (due && code == ChildRun.KILLED) {
        kills.merge(moment.get().phase(), 1, Integer::sum);
        check(newest, made, false, child.said());
        return true;
      }
      if (code == 0) {
        check(newest, made, true, child.said());
      } else {
        String what = code == ChildRun.HUNG ? "did not end" : "failed, exit code " + code;
        faults.add("a start " + what + ": " + child.said().strip());
      }
      return false;
    }
  }

  /** Waits for a moment: false if the process ends or hangs before. */
  private boolean await(KillSchedule.Moment moment, ChildRun child) {
    while (folder.made() < moment.update()) {
      if (child.ended()) {
        return false;
      }
      LockSupport.parkNanos(POLL.toNanos());
    }
    long end = System.nanoTime() + moment.then().toNanos();
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
    return true;
  }

  /** Looks at how a start went on. */
  private void check(long newest, long made, boolean ended, String words) {
    Matcher wentOn = WENT_ON.matcher(words);
    if (wentOn.find()) {
      long from = Long.parseLong(wentOn.group(1));
      fromNewest += from == newest ? 1 : 0;
      fromOneBefore += from == newest - 1 ? 1 : 0;
      mostMadeAgain = Math.max(mostMadeAgain, made - from);
      if (from != newest && from != newest - 1) {
        faults.add("went on after update " + from + " where checkpoint-" + newest + " was whole");
      }
    } else if (newest > 1 && (ended || folder.made() < newest - 1)) {
      faults.add("began anew where checkpoint-" + newest + " was whole");
    }
  }

  int kills() {
    return kills.values().stream().mapToInt(Integer::intValue).sum();
  }

  int kills(KillSchedule.Phase phase) {
    return kills.getOrDefault(phase, 0);
  }

  /** Starts that went on from the newest checkpoint that was whole. */
  int fromNewest() {
    return fromNewest;
  }

  /** Starts that went on from the checkpoint before. */
  int fromOneBefore() {
    return fromOneBefore;
  }

  /** The most updates that a start had to make once more. */
  long mostMadeAgain() {
    return mostMadeAgain;
  }

  /** What should not have been. */
  List<String> faults() {
    return List.copyOf(faults);
  }
}
