package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Two answers that are compared share a batch, whatever becomes of the rows. */
class PairBatchesTest {
  private static EncodedExample document(long id, int length) {
    int[] ids = new Random(31 * id + length).ints(length, 1, 90).toArray();
    return new EncodedExample(id, "row " + id, ids, ids.clone());
  }

  private static List<EncodedExample> pairs(int count, long seed) {
    Random random = new Random(seed);
    List<EncodedExample> pairs = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      pairs.add(
          EncodedExample.pair(
              document(id, 2 + random.nextInt(9)), document(id, 2 + random.nextInt(9))));
    }
    return pairs;
  }

  private static void requireWhole(Batch batch, List<EncodedExample> pairs) {
    Map<Long, Integer> tokens = new HashMap<>();
    for (int d = 0; d < batch.documents(); d++) {
      RatedDocument rated = batch.rated().get(d);
      assertThat(batch.exampleIds()[rated.other()]).isEqualTo(batch.exampleIds()[d]);
      EncodedExample pair = pairs.get((int) batch.exampleIds()[d]);
      EncodedExample meant = rated.rating() == Rating.CHOSEN ? pair : pair.rejected().orElseThrow();
      assertThat(batch.sequenceLengths()[d]).isEqualTo(meant.ids().length);
      tokens.merge(batch.exampleIds()[d], batch.sequenceLengths()[d], Integer::sum);
    }
    tokens.forEach((id, sum) -> assertThat(sum).isEqualTo(pairs.get(id.intValue()).length()));
  }

  @Property(tries = 100)
  void throughShufflingGroupingAndMicroBatches(
      @ForAll @IntRange(min = 1, max = 30) int rows,
      @ForAll @IntRange(min = 1, max = 6) int batchSize,
      @ForAll @IntRange(min = 1, max = 6) int micro,
      @ForAll boolean grouped,
      @ForAll long seed) {
    List<EncodedExample> pairs = pairs(rows, seed);
    BatchConfig config =
        new BatchConfig(seed, batchSize, micro, Optional.empty(), Integer.MAX_VALUE, grouped);
    BatchStream stream = new BatchStream(BatchPlan.of(pairs, config), new BatchCursor(0, 0, 0), 1);
    int seen = 0;
    long most = 0;
    while (stream.hasNext()) {
      for (Batch batch : stream.next()) {
        requireWhole(batch, pairs);
        seen += batch.documents();
        most = Math.max(most, batch.tokens());
      }
    }
    assertThat(seen).isEqualTo(2 * rows);
    List<int[]> lengths =
        pairs.stream()
            .map(pair -> pair.documents().stream().mapToInt(each -> each.ids().length).toArray())
            .toList();
    int[] largest = new LargestMicroBatch(lengths, config).find(micro, rows);
    assertThat((long) Arrays.stream(largest).sum()).isGreaterThanOrEqualTo(most);
    assertThat(largest.length % 2).isZero();
  }

  @Property(tries = 100)
  void throughHalving(@ForAll @IntRange(min = 2, max = 9) int rows, @ForAll long seed) {
    List<EncodedExample> pairs = pairs(rows, seed);
    List<Batch> halves = BatchHalves.of(Batch.of(pairs));
    halves.forEach(half -> requireWhole(half, pairs));
    assertThat(halves.stream().mapToInt(Batch::documents).sum()).isEqualTo(2 * rows);
  }

  @Test
  void onePairHasNoHalves() {
    Batch batch = Batch.of(pairs(1, 3));
    assertThat(BatchHalves.areThere(batch)).isFalse();
    assertThatThrownBy(() -> BatchHalves.of(batch)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void behindVirtualTokensTheyAreStillThere() {
    List<EncodedExample> pairs = pairs(3, 5);
    Batch batch = Batch.of(pairs);
    assertThat(batch.behind(4).rated()).isEqualTo(batch.rated());
  }

  @Test
  void anAnswerAloneHasNoOther() {
    Batch batch = Batch.of(List.of(document(1, 4).rated(Rating.REJECTED), document(2, 3)));
    assertThat(batch.rated())
        .containsExactly(
            new RatedDocument(Rating.REJECTED, -1), new RatedDocument(Rating.NONE, -1));
    assertThat(Batch.of(List.of(document(1, 4))).rated()).isEmpty();
  }

  @Test
  void aRowThatABatchHasTwiceIsTwoPairs() {
    EncodedExample pair = EncodedExample.pair(document(0, 5), document(0, 5));
    Batch batch = Batch.of(List.of(pair, pair));
    assertThat(batch.rated())
        .containsExactly(
            new RatedDocument(Rating.CHOSEN, 1),
            new RatedDocument(Rating.REJECTED, 0),
            new RatedDocument(Rating.CHOSEN, 3),
            new RatedDocument(Rating.REJECTED, 2));
  }

  @Test
  void pairsThatAreNoneAreRefused() {
    Batch batch = Batch.of(pairs(1, 3));
    assertThatThrownBy(
            () ->
                new Batch(
                    batch.tokenIds(),
                    batch.positions(),
                    batch.sequenceLengths(),
                    batch.labels(),
                    batch.firstLabels(),
                    batch.labelCount(),
                    batch.exampleIds(),
                    batch.exampleWeights(),
                    batch.sources(),
                    batch.targets(),
                    batch.segments(),
                    batch.tasks(),
                    List.of(
                        new RatedDocument(Rating.CHOSEN, 1), new RatedDocument(Rating.CHOSEN, 0))))
        .hasMessageContaining("a chosen and a rejected one");
  }
}
