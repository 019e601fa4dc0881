package org.tune4j.engine.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class NewlinesTest {
  /** Bytes that differ from a line feed in one bit, or hardly, among them. */
  @Provide
  static Arbitrary<byte[]> bytes() {
    return Arbitraries.of(
            (byte) '\n', (byte) 0x0B, (byte) 0x8A, (byte) 0, (byte) -1, (byte) 0x80, (byte) 'a')
        .array(byte[].class)
        .ofMaxSize(40);
  }

  @Property
  void findsAndCountsAsOneByOne(
      @ForAll("bytes") byte[] bytes,
      @ForAll @IntRange(max = 40) int one,
      @ForAll @IntRange(max = 40) int other) {
    int from = Math.min(Math.min(one, other), bytes.length);
    int to = Math.min(Math.max(one, other), bytes.length);
    int first = -1;
    int count = 0;
    for (int i = to - 1; i >= from; i--) {
      if (bytes[i] == '\n') {
        first = i;
        count++;
      }
    }
    assertThat(Newlines.find(bytes, from, to)).as(Arrays.toString(bytes)).isEqualTo(first);
    assertThat(Newlines.count(bytes, from, to)).as(Arrays.toString(bytes)).isEqualTo(count);
  }
}
