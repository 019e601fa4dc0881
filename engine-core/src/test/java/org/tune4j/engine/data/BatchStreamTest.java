package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.tune4j.engine.ConfigException;

class BatchStreamTest {
  private static List<String> all(BatchStream stream) {
    List<String> batches = new ArrayList<>();
    stream.forEachRemaining(
        batch -> batches.add(batch.stream().map(BatchStreamTest::text).toList().toString()));
    return batches;
  }

  private static String text(Batch batch) {
    return Arrays.toString(batch.exampleIds())
        + Arrays.toString(batch.tokenIds())
        + Arrays.toString(batch.labels());
  }

  @Property(tries = 100)
  void goesOnFromEveryPlace(
      @ForAll @IntRange(min = 1, max = 20) int count,
      @ForAll @IntRange(min = 1, max = 7) int batchSize,
      @ForAll @IntRange(min = 1, max = 7) int microBatchSize,
      @ForAll boolean packed,
      @ForAll Random random) {
    Optional<Packing> packing = packed ? Optional.of(Packing.BEST_FIT) : Optional.empty();
    BatchConfig config =
        new BatchConfig(random.nextLong(), batchSize, microBatchSize, packing, 16, false);
    List<EncodedExample> examples = BatchTest.examples(random, count);
    BatchPlan plan = BatchPlan.of(examples, config);
    List<String> whole = all(new BatchStream(plan, BatchCursor.START, 3));
    assertThat(whole).hasSize(3 * plan.batchesPerEpoch().getAsInt());
    BatchStream stream = new BatchStream(plan, BatchCursor.START, 3);
    for (int done = 0; done <= whole.size(); done++) {
      BatchPlan again = BatchPlan.of(examples, config);
      List<String> rest = all(new BatchStream(again, stream.cursor(), 3));
      assertThat(rest).isEqualTo(whole.subList(done, whole.size()));
      if (stream.hasNext()) {
        stream.next();
      }
    }
  }

  @Property(tries = 100)
  void anEpochHasEachExampleOnce(
      @ForAll @IntRange(min = 1, max = 40) int count,
      @ForAll @IntRange(min = 1, max = 50) int batchSize,
      @ForAll @IntRange(min = 1, max = 50) int microBatchSize,
      @ForAll boolean packed,
      @ForAll Random random) {
    Optional<Packing> packing = packed ? Optional.of(Packing.BEST_FIT) : Optional.empty();
    BatchPlan plan =
        BatchPlan.of(
            BatchTest.examples(random, count),
            new BatchConfig(random.nextLong(), batchSize, microBatchSize, packing, 16, false));
    List<Long> seen = new ArrayList<>();
    BatchStream stream = new BatchStream(plan, BatchCursor.START, 1);
    while (stream.hasNext()) {
      List<Batch> microBatches = stream.next();
      int rows = Math.min(batchSize, plan.window(0, 0).size());
      assertThat(microBatches.size()).isLessThanOrEqualTo((rows - 1) / microBatchSize + 1);
      for (Batch batch : microBatches) {
        for (long id : batch.exampleIds()) {
          seen.add(id);
        }
        if (!packed) {
          assertThat(batch.documents()).isLessThanOrEqualTo(microBatchSize);
        }
      }
    }
    assertThat(seen).hasSize(count).doesNotHaveDuplicates();
  }

  @Property(tries = 200)
  void theOrderIsAPermutationOfSeedAndEpoch(
      @ForAll long seed,
      @ForAll @IntRange(max = 1000) int epoch,
      @ForAll @IntRange(max = 300) int n) {
    int[] order = ShuffledOrder.of(seed, epoch, n);
    assertThat(IntStream.of(order).sorted().toArray()).isEqualTo(IntStream.range(0, n).toArray());
    assertThat(ShuffledOrder.of(seed, epoch, n)).isEqualTo(order);
    if (n > 50) {
      assertThat(ShuffledOrder.of(seed, epoch + 1, n)).isNotEqualTo(order);
      assertThat(ShuffledOrder.of(seed + 1, epoch, n)).isNotEqualTo(order);
    }
  }

  /** A checkpoint of any version must find the order it was made with. */
  @Example
  void theOrderNeverChanges() {
    assertThat(ShuffledOrder.of(42, 0, 10)).containsExactly(2, 8, 9, 7, 1, 4, 6, 0, 5, 3);
    assertThat(ShuffledOrder.of(42, 1, 10)).containsExactly(3, 1, 6, 8, 4, 5, 9, 7, 2, 0);
  }

  @Example
  void everyPlaceIsTakenEquallyOften() {
    int[] first = new int[5];
    for (int epoch = 0; epoch < 5000; epoch++) {
      first[ShuffledOrder.of(7, epoch, 5)[0]]++;
    }
    assertThat(IntStream.of(first)).allMatch(n -> n > 850 && n < 1150);
  }

  @Example
  void theLargestSizesMeanOneBatch() {
    BatchPlan plan =
        BatchPlan.of(
            BatchTest.examples(new Random(1), 5), BatchConfig.ofExamples(1, Integer.MAX_VALUE));
    assertThat(plan.batchesPerEpoch()).hasValue(1);
    BatchStream stream = new BatchStream(plan, BatchCursor.START, 1);
    assertThat(stream.next()).singleElement().matches(batch -> batch.documents() == 5);
    assertThatThrownBy(stream::next).isInstanceOf(NoSuchElementException.class);
  }

  @Example
  void whatCannotBeMeantIsRefused() {
    BatchConfig config = BatchConfig.ofExamples(1, 2);
    List<EncodedExample> examples = BatchTest.examples(new Random(1), 3);
    assertThatThrownBy(() -> BatchPlan.of(List.of(), config)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> BatchConfig.ofExamples(1, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("batch_size");
    assertThatThrownBy(() -> new BatchCursor(0, 0, -1)).isInstanceOf(ConfigException.class);
    BatchStream beyond =
        new BatchStream(BatchPlan.of(examples, config), new BatchCursor(0, 0, 2), 1);
    assertThatThrownBy(beyond::next)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("2 batches");
  }
}
