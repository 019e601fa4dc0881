package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.json;
import static org.tune4j.engine.data.source.Reading.skipping;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;

class HashSplitTest {
  @TempDir Path folder;

  private static RowTable table(List<Integer> numbers) {
    return RowTables.of(ExampleSource.of(numbers.stream().map(n -> Map.of("n", n)).toList(), "t"));
  }

  private static List<Integer> numbers(RowTable table) {
    return all(table).stream().map(row -> row.columns().get("n").asInt()).toList();
  }

  @Property(tries = 50)
  void insertingAndReorderingMovesNoRow(
      @ForAll List<@IntRange(max = 200) Integer> rows,
      @ForAll List<@IntRange(max = 200) Integer> more,
      @ForAll long seed) {
    HashSplit split = new HashSplit(0.4, seed);
    HashSplit.Sides sides = split.of(table(rows), skipping());
    List<Integer> all = new ArrayList<>(rows);
    all.addAll(more);
    Collections.shuffle(all, new Random(seed));
    HashSplit.Sides later = split.of(table(all), skipping());
    Set<Integer> train = Set.copyOf(numbers(later.train()));
    Set<Integer> evaluation = Set.copyOf(numbers(later.evaluation()));
    assertThat(train).matches(set -> set.containsAll(numbers(sides.train())));
    assertThat(evaluation).matches(set -> set.containsAll(numbers(sides.evaluation())));
    // Each on one side, with all that are equal to it and in the order of the table.
    assertThat(numbers(later.train())).isEqualTo(all.stream().filter(train::contains).toList());
    assertThat(numbers(later.evaluation()))
        .isEqualTo(all.stream().filter(n -> !train.contains(n)).toList());
  }

  @Test
  void aboutTheFractionIsHeldOut() {
    RowTable table = table(IntStream.range(0, 10_000).boxed().toList());
    HashSplit.Sides sides = new HashSplit(0.1, 3).of(table, skipping());
    // Four standard deviations.
    assertThat(sides.evaluation().size() / 10_000.0).isCloseTo(0.1, within(0.012));
    assertThat(numbers(sides.evaluation()))
        .isNotEqualTo(numbers(new HashSplit(0.1, 4).of(table, skipping()).evaluation()));
  }

  /**
   * Computed with Python: {@code int.from_bytes(sha256(struct.pack('>q', seed) +
   * text.encode()).digest()[:8], 'big') / 2**64}, the text as {@code json.dumps(row,
   * sort_keys=True, separators=(',', ':'), ensure_ascii=False)} writes it.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{\"text\": \"hello\", \"n\": 3}; 42; 0.524875953811",
        "{\"prompt\": \"酒店怎么样？\", \"completion\": \"很好 \\\"不错\\\"\\n\", \"o\": {\"z\": [1, null, true], \"a\": \"é\"}}; -7; 0.966944382083",
        "{}; 0; 0.609173638931"
      })
  void theHashIsWhatIsSaid(String row, long seed, double fraction) {
    assertThat(new HashSplit(fraction + 1e-9, seed).holdsOut(StrictJson.row(row))).isTrue();
    assertThat(new HashSplit(fraction - 1e-9, seed).holdsOut(StrictJson.row(row))).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        "{'b':1.0,'a':[10,1e1]}; {'a':[1e+1,10.00],'b':1}",
        "{'a':{'y':null,'x':true}}; {'a': {'x': true, 'y': null}}",
        "{'a':'\\u00e9\\n\\ud83d\\ude00'}; {'a':'é\\u000a😀'}"
      })
  void rowsThatMeanTheSameHaveOneText(String one, String other) {
    assertThat(CanonicalJson.of(json(one))).isEqualTo(CanonicalJson.of(json(other)));
  }

  @Test
  void theCanonicalTextIsThatOfTheStandard() {
    assertThat(
            CanonicalJson.of(
                json(
                    "{'\\u20ac':'e','\\r':'\\u000F\\b\\f\\t','1':[100,-0.50,1E400,1E30],"
                        + "'\\ud83d\\ude02':null,'\\ufb33':'\\\\\\\"\\ud83d'}")))
        .isEqualTo(
            "{\"\\r\":\"\\u000f\\b\\f\\t\",\"1\":[100,-0.5,1E+400,1"
                + "0".repeat(30)
                + "],\"€\":\"e\",\"\uD83D\uDE02\":null,\"\uFB33\":\"\\\\\\\"\\ud83d\"}");
  }

  @Test
  void badRowsAreOnNeitherSide() throws IOException {
    Path file = Files.writeString(folder.resolve("a.jsonl"), "{\"a\":1}\nbad\n{\"a\":2}\n");
    BadRows bad = skipping();
    HashSplit.Sides sides = new HashSplit(0.5, 1).of(LineScan.table(file, bad, Row.MAX_BYTES), bad);
    assertThat(sides.train().size() + sides.evaluation().size()).isEqualTo(2);
    assertThat(bad.count()).isEqualTo(1);
    sides.train().close();
    sides.evaluation().close();
  }

  @Test
  void theTableIsClosedWhenBothSidesAre() {
    AtomicInteger closed = new AtomicInteger();
    RowTable table =
        new RowTable() {
          @Override
          public int size() {
            return 0;
          }

          @Override
          public Row row(int index) {
            throw new IndexOutOfBoundsException(index);
          }

          @Override
          public void close() {
            closed.incrementAndGet();
          }
        };
    HashSplit.Sides sides = new HashSplit(0.5, 1).of(table, skipping());
    sides.train().close();
    sides.train().close();
    assertThat(closed).hasValue(0);
    sides.evaluation().close();
    assertThat(closed).hasValue(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -0.1, Double.NaN})
  void aFractionThatLeavesASideEmptyIsRefused(double fraction) {
    assertThatThrownBy(() -> new HashSplit(fraction, 1))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("found " + fraction);
  }
}
