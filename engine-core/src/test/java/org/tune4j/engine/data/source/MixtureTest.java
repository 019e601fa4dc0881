package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tune4j.engine.data.source.Reading.all;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.source.Mixture.Stopping;

class MixtureTest {
  private static RowTable table(String name, int size) {
    return RowTables.of(
        ExampleSource.of(IntStream.range(0, size).mapToObj(i -> Map.of("n", i)).toList(), name));
  }

  private static Map<String, RowTable> tables(List<Integer> sizes) {
    Map<String, RowTable> tables = new LinkedHashMap<>();
    for (int size : sizes) {
      String name = "t" + tables.size();
      tables.put(name, table(name, size));
    }
    return tables;
  }

  @Provide
  static Arbitrary<Double> weights() {
    return Arbitraries.doubles().between(0.2, 5);
  }

  /** What is said of interleave_datasets, place by place. */
  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void rowsFollowInOrderUntilTheTablesAreUsedUp(
      @ForAll @Size(3) List<@IntRange(min = 1, max = 400) Integer> sizes,
      @ForAll @Size(3) List<@From("weights") Double> weightList,
      @ForAll long seed,
      @ForAll Stopping stopping) {
    Map<String, Double> weights = new HashMap<>();
    weightList.forEach(weight -> weights.put("t" + weights.size(), weight));
    Mixture mixture = new Mixture(tables(sizes), weights, seed, stopping);
    List<Row> rows = all(mixture);
    Map<String, Integer> drawn = new HashMap<>();
    int usedUpBeforeLast = 0;
    int usedUp = 0;
    Row last = null;
    for (Row row : rows) {
      last = row;
      int before = drawn.merge(row.source(), 1, Integer::sum) - 1;
      int size = sizes.get(row.source().charAt(1) - '0');
      assertThat(row.columns().get("n").asInt()).isEqualTo(before % size);
      usedUpBeforeLast = usedUp;
      usedUp += before == size - 1 ? 1 : 0;
    }
    if (stopping == Stopping.FIRST_TABLE_EXHAUSTED) {
      assertThat(last.source()).isEqualTo("t0");
      assertThat(drawn.get("t0")).isEqualTo(sizes.get(0));
    } else {
      int wanted = stopping == Stopping.FIRST_EXHAUSTED ? 1 : 3;
      assertThat(usedUp).isEqualTo(wanted);
      assertThat(usedUpBeforeLast).isEqualTo(wanted - 1);
    }
    mixture.drawn().forEach((name, n) -> assertThat(drawn.getOrDefault(name, 0)).isEqualTo(n));
    assertThat(mixture.drawn().keySet()).containsExactly("t0", "t1", "t2");
  }

  @Test
  void drawsFollowTheWeights() {
    Mixture mixture =
        new Mixture(
            tables(List.of(20_000, 20_000, 20_000)),
            Map.of("t0", 5.0, "t1", 3.0, "t2", 2.0),
            7,
            Stopping.FIRST_EXHAUSTED);
    int all = mixture.size();
    assertThat(mixture.drawn().get("t0")).isEqualTo(20_000);
    // Four standard deviations of a share near a third in 40,000 draws are below 0.01.
    assertThat(20_000.0 / all).isCloseTo(0.5, within(0.01));
    assertThat((double) mixture.drawn().get("t1") / all).isCloseTo(0.3, within(0.01));
    assertThat((double) mixture.drawn().get("t2") / all).isCloseTo(0.2, within(0.01));
  }

  private static List<String> order(long seed, Map<String, Double> weights) {
    Mixture mixture = new Mixture(tables(List.of(300, 300)), weights, seed, Stopping.ALL_EXHAUSTED);
    List<String> order = new ArrayList<>();
    all(mixture).forEach(row -> order.add(row.source()));
    return order;
  }

  @Test
  void theSeedAloneDecides() {
    Map<String, Double> even = Map.of("t0", 1.0, "t1", 1.0);
    assertThat(order(1, even))
        .isEqualTo(order(1, even))
        .isEqualTo(order(1, Map.of("t0", 8.0, "t1", 8.0)))
        .isNotEqualTo(order(2, even));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void aWeightThatIsNoneIsRefused(double weight) {
    assertThatThrownBy(
            () ->
                new Mixture(
                    tables(List.of(1, 1)),
                    Map.of("t0", 1.0, "t1", weight),
                    1,
                    Stopping.ALL_EXHAUSTED))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weight of 't1': found " + weight);
  }

  @Test
  void namesMustAgree() {
    assertThatThrownBy(() -> new Mixture(tables(List.of(1)), Map.of(), 1, Stopping.ALL_EXHAUSTED))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weight of 't0': found none");
    assertThatThrownBy(
            () ->
                new Mixture(
                    tables(List.of(1)), Map.of("t0", 1.0, "t", 1.0), 1, Stopping.ALL_EXHAUSTED))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("weight of 't': no such data; did you mean 't0'?");
    assertThatThrownBy(() -> new Mixture(Map.of(), Map.of(), 1, Stopping.ALL_EXHAUSTED))
        .isInstanceOf(ConfigException.class);
  }

  @ParameterizedTest
  @EnumSource(Stopping.class)
  void anEmptyTableIsRefused(Stopping stopping) {
    assertThatThrownBy(
            () -> new Mixture(tables(List.of(1, 0)), Map.of("t0", 1.0, "t1", 1.0), 1, stopping))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("'t1' has no rows");
  }
}
