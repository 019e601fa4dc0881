package org.tune4j.engine.preflight.duplicate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TextSampleTest {
  private static List<TextSample.Entry> sampled(List<Integer> lines, int most, long characters) {
    Places places = new Places();
    TextSample sample = new TextSample(most, characters, places);
    for (int line : lines) {
      String text = "text " + line / 2;
      sample.add(TextKey.of(0, text), places.of("f", line), text);
    }
    assertThat(sample.entries().size()).isLessThanOrEqualTo(most);
    assertThat(sample.entries().stream().mapToLong(e -> e.text().length()).sum())
        .isLessThanOrEqualTo(characters);
    return sample.entries();
  }

  @Property(tries = 40)
  void doesNotDependOnTheOrder(
      @ForAll @IntRange(min = 1, max = 400) int lines,
      @ForAll @IntRange(min = 1, max = 120) int most,
      @ForAll @IntRange(min = 10, max = 1500) int characters,
      @ForAll long seed) {
    List<Integer> order = new ArrayList<>();
    for (int line = 0; line < lines; line++) {
      order.add(line);
    }
    List<TextSample.Entry> straight = sampled(order, most, characters);
    Collections.shuffle(order, new Random(seed));
    assertThat(sampled(order, most, characters)).isEqualTo(straight);
  }

  @Property(tries = 20)
  void aboutHalfGoesAtATime(@ForAll @IntRange(min = 500, max = 1500) int lines) {
    List<Integer> order = new ArrayList<>();
    for (int line = 0; line < 2 * lines; line += 2) {
      order.add(line);
    }
    assertThat(sampled(order, 400, 1_000_000)).hasSizeBetween(130, 400);
  }
}
