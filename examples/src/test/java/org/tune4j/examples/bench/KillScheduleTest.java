package org.tune4j.examples.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.tune4j.examples.bench.KillSchedule.Moment;
import org.tune4j.examples.bench.KillSchedule.Phase;

class KillScheduleTest {
  private static final Duration STARTING = Duration.ofMillis(1500);
  private static final Duration ENDING = Duration.ofMillis(300);

  @Property(tries = 200)
  void momentsLieAheadAndInEveryPhase(@ForAll long seed, @ForAll @LongRange(max = 11) long made) {
    KillSchedule schedule = new KillSchedule(seed, 12, STARTING, ENDING);
    Set<Phase> phases = EnumSet.noneOf(Phase.class);
    for (int i = 0; i < 100; i++) {
      Moment moment = schedule.next(made).orElseThrow();
      phases.add(moment.phase());
      assertThat(moment.update()).isBetween(made, 12L);
      assertThat(moment.then()).isBetween(Duration.ZERO, STARTING);
    }
    assertThat(phases).contains(Phase.STARTING);
    assertThat(phases.contains(Phase.UPDATING)).isEqualTo(made < 11);
    assertThat(phases.contains(Phase.ENDING)).isEqualTo(made >= 8);
  }

  @Property(tries = 50)
  void aRunThatHasMadeItsUpdatesMayEnd(@ForAll long seed) {
    KillSchedule schedule = new KillSchedule(seed, 12, STARTING, ENDING);
    int spared = 0;
    for (int i = 0; i < 100; i++) {
      Optional<Moment> moment = schedule.next(12);
      spared += moment.isEmpty() ? 1 : 0;
      moment.ifPresent(m -> assertThat(m.then()).isLessThan(STARTING.plus(ENDING)));
    }
    assertThat(spared).isBetween(10, 90);
  }
}
