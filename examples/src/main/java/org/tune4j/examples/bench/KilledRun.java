package org.tune4j.examples.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One run: started, killed, started again, until it ends. */
final class KilledRun {
  private static final Pattern WENT_ON = Pattern.compile("going on after step (\\d+)");
  private static final Duration POLL = Duration.ofMillis(1);

  private final Class<?> program;
  private final List<String> arguments;
  private final RunFolder folder;
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
  KilledRun(Class<?> program, List<String> arguments, RunFolder folder, Path said) {
    this.program = program;
    this.arguments = arguments;
    this.folder = folder;
    this.said = said;
  }

  /** Runs until the run has ended, well or not, with at most so many kills. */
  void run(KillSchedule schedule, int atMost) {
    Integer code = null;
    while (code == null || code == ChildRun.KILLED) {
      long newest = folder.newestWhole();
      long made = folder.made();
      Optional<KillSchedule.Moment> moment =
          kills() < atMost ? schedule.next(Math.max(made, newest)) : Optional.empty();
      try (ChildRun child = ChildRun.start(program, arguments, said)) {
        moment.ifPresent(wanted -> await(wanted, child));
        code = moment.isPresent() ? child.kill() : child.exit();
        if (code == ChildRun.KILLED) {
          moment.ifPresent(hit -> kills.merge(hit.phase(), 1, Integer::sum));
        }
        check(newest, made, code, child.said());
      }
    }
  }

  private void await(KillSchedule.Moment moment, ChildRun child) {
    while (folder.made() < moment.update() && !child.ended()) {
      LockSupport.parkNanos(POLL.toNanos());
    }
    long end = System.nanoTime() + moment.then().toNanos();
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  /** Looks at how a start went on that found a newest whole checkpoint and so many updates made. */
  private void check(long newest, long made, int code, String words) {
    if (code != 0 && code != ChildRun.KILLED) {
      faults.add("a start failed by itself, exit code " + code + ": " + words.strip());
      return;
    }
    Matcher wentOn = WENT_ON.matcher(words);
    if (wentOn.find()) {
      long from = Long.parseLong(wentOn.group(1));
      fromNewest += from == newest ? 1 : 0;
      fromOneBefore += from == newest - 1 ? 1 : 0;
      mostMadeAgain = Math.max(mostMadeAgain, made - from);
      if (from != newest && from != newest - 1) {
        faults.add("went on after update " + from + " where checkpoint-" + newest + " was whole");
      }
    } else if (newest > 1 && (code == 0 || folder.made() < newest - 1)) {
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
