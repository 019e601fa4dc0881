package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.gzip;
import static org.tune4j.engine.data.source.Reading.skipping;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.DataException;

class RowTablesTest {
  @TempDir Path folder;

  private static final long NOTHING_IN_MEMORY = 0;

  private static String lines(int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append("{\"a\":").append(i).append(".50,\"b\":\"宾\\ud83d馆\"}\n");
      text.append(i % 10 == 0 ? "\n" : "");
    }
    return text.toString();
  }

  /** Sources of all kinds, some of which can be indexed in place. */
  private ExampleSource[] sources() throws IOException {
    Path a = Files.writeString(folder.resolve("a.jsonl"), lines(0, 300));
    Path b =
        Files.write(
            folder.resolve("b.jsonl.gz"), gzip(lines(300, 400).getBytes(StandardCharsets.UTF_8)));
    Path c = Files.writeString(folder.resolve("c.csv"), "a,b\n400,\"x\ny\"\n401,z\n");
    Path empty = Files.writeString(folder.resolve("d.jsonl"), "");
    Path e = Files.writeString(folder.resolve("e.jsonl"), lines(500, 505));
    return new ExampleSource[] {
      ExampleSource.of(List.of(Map.of("a", 1L << 40), Map.of("a", 2.5f)), "mine"),
      new DataFiles().open(a, b),
      new DataFiles().open(c),
      new DataFiles().open(empty),
      new Columns(Map.of("x", "a")).over(new DataFiles().open(e)),
      ExampleSource.of(List.of(), "none")
    };
  }

  @ParameterizedTest
  @ValueSource(longs = {NOTHING_IN_MEMORY, 100, 5_000, 20_000, 1 << 20})
  void rowsAreTheSameWhereverTheyAreKept(long memoryBytes) throws IOException {
    ExampleSource[] sources = sources();
    List<Row> wanted = new ArrayList<>();
    for (ExampleSource source : sources) {
      wanted.addAll(all(source));
    }
    try (RowTable table = RowTables.of(skipping(), memoryBytes, sources)) {
      assertThat(all(table)).isEqualTo(wanted).hasSize(2 + 400 + 2 + 5);
      assertThat(table.size()).isEqualTo(wanted.size());
      assertThat(table.row(404)).isEqualTo(wanted.get(404));
      assertThat(table.row(0)).isEqualTo(wanted.get(0)).isNotSameAs(table.row(0));
    }
  }

  @Test
  void noRowsAreAnEmptyTable() throws IOException {
    try (RowTable none = RowTables.of();
        RowTable alsoNone = RowTables.of(ExampleSource.of(List.of(), "none"))) {
      assertThat(none.size()).isZero();
      assertThat(alsoNone.size()).isZero();
      assertThat(all(alsoNone)).isEmpty();
    }
  }

  @Test
  void badRowsFailAtTheEndOfTheScanOrAreLeftOut() throws IOException {
    Path a = Files.writeString(folder.resolve("a.jsonl"), "{\"a\":1}\n[]\n");
    Path b = Files.writeString(folder.resolve("b.csv"), "a,b\n1\n2,3\n");
    ExampleSource source = new DataFiles().open(a, b);
    assertThatThrownBy(() -> RowTables.of(source))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("2 rows cannot be used")
        .hasMessageContaining("a.jsonl:2: ")
        .hasMessageContaining("b.csv:2: ");
    BadRows bad = skipping();
    try (RowTable table = RowTables.of(bad, source)) {
      assertThat(all(table)).extracting(Row::line).containsExactly(1L, 3L);
    }
    assertThat(bad.count()).isEqualTo(2);
  }

  @Test
  void aFailureOfASourceIsPassedOn() {
    ExampleSource broken =
        bad ->
            Stream.of(1, 2)
                .map(
                    i -> {
                      throw new DataException("broken");
                    });
    assertThatThrownBy(() -> RowTables.of(skipping(), NOTHING_IN_MEMORY, broken))
        .isInstanceOf(DataException.class)
        .hasMessage("broken");
  }
}
