package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class LineIndexTest {
  /** How far a row lies behind the one before, in bytes and in lines. */
  @Provide
  static Arbitrary<List<LineIndex.Place>> steps() {
    Arbitrary<Long> bytes =
        Arbitraries.oneOf(
            Arbitraries.longs().between(1, 300), Arbitraries.longs().between(1, 1L << 50));
    Arbitrary<Long> lines =
        Arbitraries.oneOf(
            Arbitraries.just(1L),
            Arbitraries.longs().between(-3, 5),
            Arbitraries.longs().between(-1L << 40, 1L << 40));
    return Combinators.combine(bytes, lines).as(LineIndex.Place::new).list().ofMaxSize(300);
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void placesAreGivenBack(@ForAll("steps") List<LineIndex.Place> steps) {
    LineIndex index = new LineIndex();
    long start = 0;
    long line = 1;
    for (LineIndex.Place step : steps) {
      index.add(start, line);
      start += step.start();
      line += step.line();
    }
    assertThat(index.size()).isEqualTo(steps.size());
    start = 0;
    line = 1;
    for (int i = 0; i < steps.size(); i++) {
      assertThat(index.place(i)).isEqualTo(new LineIndex.Place(start, line));
      start += steps.get(i).start();
      line += steps.get(i).line();
    }
  }

  @Test
  void aRowOfUsualLengthTakesTwoBytesAndItsShareOfABlock() {
    LineIndex index = new LineIndex();
    int rows = 1_000_000;
    for (int i = 0; i < rows; i++) {
      index.add(i * 600L, i + 1L);
    }
    assertThat(index.place(rows - 1)).isEqualTo(new LineIndex.Place((rows - 1) * 600L, rows));
    // Two bytes, a 64th of a block's twenty, and what the arrays have spare.
    assertThat(index.bytes()).isLessThan(4L * rows);
  }
}
