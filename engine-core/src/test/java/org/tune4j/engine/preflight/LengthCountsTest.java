package org.tune4j.engine.preflight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.tune4j.engine.preflight.Measured.Bar;

class LengthCountsTest {
  private static LengthCounts counts(List<Integer> lengths) {
    LengthCounts counts = new LengthCounts();
    lengths.forEach(counts::add);
    return counts;
  }

  @Property(tries = 200)
  void quantilesAreValuesOfTheSortedList(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 3000) Integer> lengths) {
    List<Integer> sorted = lengths.stream().sorted().toList();
    LengthCounts counts = counts(lengths);
    assertThat(counts.quantile(0)).isEqualTo(sorted.get(0));
    assertThat(counts.quantile(1)).isEqualTo(sorted.get(sorted.size() - 1));
    assertThat(counts.quantile(0.5)).isEqualTo(sorted.get((sorted.size() - 1) / 2));
  }

  @Property(tries = 200)
  void barsHoldEveryRowOnce(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(min = 1, max = 100_000) Integer> lengths) {
    List<Bar> bars = counts(lengths).histogram();
    assertThat(bars).hasSizeLessThanOrEqualTo(14);
    assertThat(bars.stream().mapToLong(Bar::rows).sum()).isEqualTo(lengths.size());
    for (Bar bar : bars) {
      assertThat(bar.rows())
          .isEqualTo(lengths.stream().filter(n -> n >= bar.from() && n <= bar.to()).count());
    }
    for (int i = 1; i < bars.size(); i++) {
      assertThat(bars.get(i).from()).isEqualTo(bars.get(i - 1).to() + 1);
    }
  }

  @Example
  void barsHaveRoundWidths() {
    LengthCounts counts = new LengthCounts();
    for (int length = 1; length <= 1000; length++) {
      counts.add(length);
    }
    counts.add(50_000);
    assertThat(counts.histogram())
        .hasSize(11)
        .startsWith(new Bar(0, 99, 99), new Bar(100, 199, 100))
        .endsWith(new Bar(900, 999, 100), new Bar(1000, 50_000, 2));
    assertThat(new LengthCounts().histogram()).isEmpty();
    assertThat(new LengthCounts().quantile(0.5)).isZero();
  }
}
