package org.tune4j.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.examples.bench.KillSchedule.Moment;
import org.tune4j.examples.bench.KillSchedule.Phase;

/** What a run loses is found. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "elsewhere a killed process has another code")
class KilledRunTest {
  private static final int UPDATES = 8;
  @TempDir private Path folder;
  private RunFiles uninterrupted;

  @BeforeEach
  void aRunThatNothingEnds() {
    uninterrupted = new RunFiles(folder.resolve("uninterrupted"), UPDATES);
    run("uninterrupted", uninterrupted, 0);
  }

  /** Kills after the fifth update. */
  private KilledRun run(String fault, RunFiles into, int kills) {
    List<String> arguments = List.of(into.path().toString(), String.valueOf(UPDATES), fault);
    KilledRun run =
        new KilledRun(FaultyProgram.class, arguments, into, folder.resolve(fault + ".txt"));
    run.run(made -> Optional.of(new Moment(Phase.UPDATING, made + 5, Duration.ZERO)), kills);
    return run;
  }

  private RunFiles into(String name) {
    return new RunFiles(folder.resolve(name), UPDATES);
  }

  @Test
  void aRunThatLosesNothingIsWithoutFault() {
    RunFiles into = into("run");
    KilledRun run = run("none", into, 1);
    assertThat(run.faults()).isEmpty();
    assertThat(run.kills()).isEqualTo(1);
    assertThat(run.kills(Phase.UPDATING)).isEqualTo(1);
    assertThat(run.fromNewest()).isEqualTo(1);
    assertThat(into.differences(uninterrupted)).isEmpty();
  }

  @Test
  void theCheckpointBeforeTheNewestWillDo() {
    RunFiles into = into("run");
    KilledRun run = run("one-before", into, 1);
    assertThat(run.faults()).isEmpty();
    assertThat(run.fromOneBefore()).isEqualTo(1);
    assertThat(run.mostMadeAgain()).isPositive();
    assertThat(into.differences(uninterrupted)).isEmpty();
  }

  @Test
  void olderOnesWillNot() {
    KilledRun run = run("two-before", into("run"), 1);
    assertThat(run.faults()).singleElement().asString().contains("went on after update");
  }

  @Test
  void aFreshBeginningIsFound() {
    KilledRun run = run("forgets", into("run"), 1);
    assertThat(run.faults()).singleElement().asString().contains("began anew");
  }

  @Test
  void aStartThatFailsIsFoundWithWhatItSays() {
    KilledRun run = run("refuses", into("run"), 1);
    assertThat(run.faults()).containsExactly("a start failed, exit code 3: no checkpoint is whole");
  }

  @Test
  void otherBytesAreFound() {
    RunFiles into = into("run");
    KilledRun run = run("drifts", into, 1);
    assertThat(run.faults()).isEmpty();
    assertThat(into.differences(uninterrupted)).contains("adapter/state");
  }
}
