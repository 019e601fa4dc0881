package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.tune4j.engine.ConfigException;

class PackerTest {
  @Property(tries = 300)
  void nothingIsLostAndNoRowIsTooLong(
      @ForAll @Size(max = 60) List<@IntRange(max = 100) Integer> list,
      @ForAll @IntRange(min = 1, max = 120) int maxLength,
      @ForAll Packing packing) {
    int[] lengths = list.stream().mapToInt(Integer::intValue).toArray();
    boolean tooLong = IntStream.of(lengths).anyMatch(n -> n > maxLength);
    if (packing == Packing.BEST_FIT && tooLong) {
      assertThatThrownBy(() -> Packer.pack(lengths, maxLength, packing))
          .isInstanceOf(ConfigException.class);
      return;
    }
    List<List<Piece>> rows = Packer.pack(lengths, maxLength, packing);
    boolean[][] packed = new boolean[lengths.length][100];
    int[] pieces = new int[lengths.length];
    for (List<Piece> row : rows) {
      assertThat(row).isNotEmpty();
      assertThat(row.stream().mapToInt(Piece::length).sum()).isLessThanOrEqualTo(maxLength);
      for (Piece piece : row) {
        pieces[piece.sequence()]++;
        for (int t = piece.from(); t < piece.from() + piece.length(); t++) {
          assertThat(packed[piece.sequence()][t]).isFalse();
          packed[piece.sequence()][t] = true;
        }
      }
    }
    for (int s = 0; s < lengths.length; s++) {
      int wanted = packing == Packing.BEST_FIT_CUT ? Math.min(lengths[s], maxLength) : lengths[s];
      for (int t = 0; t < 100; t++) {
        assertThat(packed[s][t]).isEqualTo(t < wanted);
      }
      if (packing != Packing.WRAPPED && lengths[s] <= maxLength) {
        assertThat(pieces[s]).isEqualTo(lengths[s] == 0 ? 0 : 1);
      }
    }
    assertThat(Packer.pack(lengths, maxLength, packing)).isEqualTo(rows);
  }

  @Property(tries = 200)
  void bestFitNeedsAtMostTwiceTheRowsOfFullOnes(
      @ForAll @Size(min = 1, max = 200) List<@IntRange(min = 1, max = 64) Integer> list) {
    int[] lengths = list.stream().mapToInt(Integer::intValue).toArray();
    int tokens = IntStream.of(lengths).sum();
    int rows = Packer.pack(lengths, 64, Packing.BEST_FIT).size();
    assertThat(rows).isLessThanOrEqualTo(2 * ((tokens + 63) / 64));
  }

  @Example
  void aSequenceTooLongIsNamed() {
    assertThatThrownBy(() -> Packer.pack(new int[] {3, 9}, 8, Packing.BEST_FIT))
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("sequence 1", "9", "8");
    assertThatThrownBy(() -> Packer.pack(new int[] {3}, 0, Packing.WRAPPED))
        .isInstanceOf(ConfigException.class);
  }
}
