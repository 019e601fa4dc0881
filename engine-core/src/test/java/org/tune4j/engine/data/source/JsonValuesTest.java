package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tune4j.engine.data.source.Reading.all;
import static org.tune4j.engine.data.source.Reading.json;
import static org.tune4j.engine.data.source.Reading.skipping;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonValuesTest {
  static Stream<List<Object>> values() {
    return Stream.of(
        Arrays.asList(null, "null"),
        List.of("a\"", "\"a\\\"\""),
        List.of(new StringBuilder("b"), "\"b\""),
        List.of('c', "\"c\""),
        List.of(BadRows.Policy.SKIP, "\"SKIP\""),
        List.of(true, "true"),
        List.of((byte) 1, "1"),
        List.of(1L << 40, "1099511627776"),
        List.of(BigInteger.TWO.pow(64), "18446744073709551616"),
        List.of(BigInteger.TEN, "10"),
        List.of(0.1f, "0.1"),
        List.of(2.0, "2.0"),
        List.of(1e300, "1.0E+300"),
        List.of(new BigDecimal("1.50"), "1.50"),
        List.of(new BigDecimal("15"), "15"),
        List.of(new AtomicInteger(3), "3"),
        List.of(List.of(1, List.of("x")), "[1,[\"x\"]]"),
        List.of(new int[] {1, 2}, "[1,2]"),
        List.of(new String[] {"x", null}, "[\"x\",null]"),
        List.of(Map.of("k", Map.of("l", 1)), "{\"k\":{\"l\":1}}"),
        List.of(LocalDate.of(2026, 1, 2), "\"2026-01-02\""),
        List.of(Instant.EPOCH, "\"1970-01-01T00:00:00Z\""),
        List.of(new UUID(1, 2), "\"00000000-0000-0001-0000-000000000002\""),
        List.of(JsonNodeFactory.instance.numberNode(1.5f), "1.5"),
        List.of(JsonNodeFactory.instance.arrayNode().add((short) 7), "[7]"));
  }

  @ParameterizedTest
  @MethodSource("values")
  void aValueIsWhatItsTextIsReadAs(List<Object> valueAndText) {
    String text = (String) valueAndText.get(1);
    assertThat(JsonValues.of(valueAndText.get(0))).isEqualTo(StrictJson.parse(text));
    assertThat(JsonValues.of(valueAndText.get(0)).toString()).isEqualTo(text);
  }

  @Test
  void whatFitsNoColumnIsABadRowThatNamesIt() {
    Map<String, Object> itself = new LinkedHashMap<>();
    itself.put("self", itself);
    List<Map<String, Object>> rows = new ArrayList<>();
    rows.add(Map.of("a", new Object()));
    rows.add(Map.of("b", List.of(Double.NaN)));
    rows.add(Map.of("c", new byte[] {1}));
    rows.add(Map.of("d", Map.of(1, "x")));
    rows.add(itself);
    rows.add(Map.of("e", JsonNodeFactory.instance.binaryNode(new byte[] {1})));
    rows.add(null);
    rows.add(Map.of("f", "good"));
    BadRows bad = skipping();
    assertThat(all(ExampleSource.of(rows, "mine"), bad))
        .containsExactly(new Row(json("{'f':'good'}"), "mine", 8));
    assertThat(bad.first())
        .satisfiesExactly(
            first -> assertThat(first).startsWith("mine:1: column 'a': a value of java.lang.Ob"),
            first -> assertThat(first).startsWith("mine:2: column 'b': NaN is no number"),
            first -> assertThat(first).startsWith("mine:3: column 'c': a value of byte[]"),
            first -> assertThat(first).startsWith("mine:4: column 'd': the key of java.lang.Int"),
            first -> assertThat(first).startsWith("mine:5: column 'self': nested deeper than"),
            first -> assertThat(first).startsWith("mine:6: column 'e': JSON of kind BINARY"),
            first -> assertThat(first).startsWith("mine:7: the row is null"));
  }

  @Test
  void streamsAreMadeAnewAndClosed() {
    AtomicInteger opened = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    ExampleSource source =
        ExampleSource.of(
            () -> {
              opened.incrementAndGet();
              return Stream.of(Map.of("a", 1), Map.of("a", 2)).onClose(closed::incrementAndGet);
            },
            "mine");
    assertThat(all(source)).isEqualTo(all(source)).extracting(Row::line).containsExactly(1L, 2L);
    assertThat(opened).hasValue(2);
    assertThat(closed).hasValue(2);
  }
}
