package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.DataException;

class BadRowsTest {
  private static void fill(BadRows bad, int count) {
    for (int i = 1; i <= count; i++) {
      bad.add("a.csv", i, "wrong");
    }
  }

  @Test
  void theFirstTenAreNamedAndAllAreCounted() {
    BadRows bad = new BadRows(BadRows.Policy.FAIL);
    fill(bad, 13);
    assertThat(bad.count()).isEqualTo(13);
    assertThat(bad.first()).hasSize(10).startsWith("a.csv:1: wrong").endsWith("a.csv:10: wrong");
    assertThatThrownBy(bad::throwIfFailing)
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("13 rows cannot be used")
        .hasMessageContaining("a.csv:10: wrong\n... and 3 more")
        .hasMessageNotContaining("a.csv:11");
  }

  @Test
  void aColumnIsNamed() {
    BadRows bad = new BadRows(BadRows.Policy.FAIL);
    bad.add(new Row(Reading.json("{}"), "a.csv", 7), "label", "found 3, wanted is 0 or 1");
    assertThatThrownBy(bad::throwIfFailing)
        .hasMessageStartingWith("1 row cannot be used")
        .hasMessageEndingWith("\na.csv:7: column 'label': found 3, wanted is 0 or 1");
  }

  @Test
  void noneOrSkippedOnesAreNoFailure() {
    BadRows bad = new BadRows(BadRows.Policy.SKIP);
    fill(bad, 13);
    assertThatCode(bad::throwIfFailing).doesNotThrowAnyException();
    assertThatCode(new BadRows(BadRows.Policy.FAIL)::throwIfFailing).doesNotThrowAnyException();
    assertThat(bad.count()).isEqualTo(13);
    assertThat(bad.first()).hasSize(10);
  }

  @Test
  void severalThreadsMayAdd() {
    BadRows bad = new BadRows(BadRows.Policy.SKIP);
    IntStream.range(0, 10_000).parallel().forEach(i -> bad.add("a", i, "wrong"));
    assertThat(bad.count()).isEqualTo(10_000);
    assertThat(bad.first()).hasSize(10);
  }
}
