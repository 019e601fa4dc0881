package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.tune4j.engine.DataException;

class WindowedPlanTest {
  /** Rows by number; those whose number is in the list are dropped. */
  private record Rows(List<EncodedExample> all, List<Integer> dropped) implements ExampleRows {
    @Override
    public int size() {
      return all.size();
    }

    @Override
    public Optional<EncodedExample> example(int row) {
      return dropped.contains(row) ? Optional.empty() : Optional.of(all.get(row));
    }
  }

  private static List<List<Long>> ids(BatchStream stream) {
    List<List<Long>> batches = new ArrayList<>();
    stream.forEachRemaining(batch -> batches.add(ids(batch)));
    return batches;
  }

  private static List<Long> ids(List<Batch> batch) {
    return batch.stream().flatMap(b -> Arrays.stream(b.exampleIds()).boxed()).toList();
  }

  @Property(tries = 100)
  void goesOnFromEveryPlace(
      @ForAll @IntRange(min = 1, max = 25) int count,
      @ForAll @IntRange(min = 1, max = 10) int windowRows,
      @ForAll @IntRange(min = 1, max = 7) int batchSize,
      @ForAll boolean packed,
      @ForAll Random random) {
    Rows rows =
        new Rows(
            BatchTest.examples(random, count),
            List.of(0, 2, 7, 8, 9).subList(0, random.nextInt(3)));
    if (rows.dropped.size() >= count) {
      return;
    }
    BatchConfig config =
        new BatchConfig(
            random.nextLong(),
            batchSize,
            batchSize,
            packed ? Optional.of(Packing.BEST_FIT) : Optional.empty(),
            16,
            !packed && random.nextBoolean());
    List<List<Long>> whole =
        ids(new BatchStream(new WindowedPlan(rows, config, windowRows), BatchCursor.START, 2));
    BatchStream stream =
        new BatchStream(new WindowedPlan(rows, config, windowRows), BatchCursor.START, 2);
    for (int done = 0; done <= whole.size(); done++) {
      WindowedPlan again = new WindowedPlan(rows, config, windowRows);
      assertThat(ids(new BatchStream(again, stream.cursor(), 2)))
          .isEqualTo(whole.subList(done, whole.size()));
      if (stream.hasNext()) {
        stream.next();
      }
    }
    List<Long> all = whole.stream().flatMap(List::stream).toList();
    assertThat(all).hasSize(2 * (count - rows.dropped.size()));
    assertThat(all.subList(0, all.size() / 2)).doesNotHaveDuplicates();
  }

  @Property(tries = 50)
  void theOrderIsThatOfAllRowsWhateverTheWindow(
      @ForAll @IntRange(min = 1, max = 200) int count,
      @ForAll @IntRange(min = 1, max = 50) int windowRows,
      @ForAll long seed,
      @ForAll Random random) {
    Rows rows = new Rows(BatchTest.examples(random, count), List.of());
    WindowedPlan plan = new WindowedPlan(rows, BatchConfig.ofExamples(seed, 1), windowRows);
    List<Long> learned =
        ids(new BatchStream(plan, BatchCursor.START, 2)).stream().flatMap(List::stream).toList();
    List<Long> reference =
        IntStream.concat(
                IntStream.of(ShuffledOrder.of(seed, 0, count)),
                IntStream.of(ShuffledOrder.of(seed, 1, count)))
            .mapToObj(i -> rows.all.get(i).id())
            .toList();
    assertThat(learned).isEqualTo(reference);
  }

  @Property(tries = 50)
  void groupsHoldRowsOfLikeLengths(
      @ForAll @IntRange(min = 1, max = 300) int count,
      @ForAll @IntRange(min = 1, max = 8) int batchSize,
      @ForAll Random random) {
    List<List<EncodedExample>> rows =
        BatchTest.examples(random, count).stream().map(List::of).toList();
    List<List<EncodedExample>> grouped = LengthGroups.of(rows, batchSize);
    assertThat(grouped).containsExactlyInAnyOrderElementsOf(rows);
    int longest = rows.stream().mapToInt(r -> r.get(0).length()).max().getAsInt();
    assertThat(grouped.get(0).get(0).length()).isEqualTo(longest);
    // Within the first group, the one exchanged row apart, lengths fall.
    int group =
        (int) Math.min(count, Math.max(1, Math.min(50, count / (4L * batchSize))) * batchSize);
    assertThat(grouped.subList(Math.min(1, group), group))
        .isSortedAccordingTo(
            Comparator.comparingInt((List<EncodedExample> r) -> r.get(0).length()).reversed());
  }

  @Example
  void rowsThatAreAllDroppedAreAnError() {
    Rows rows = new Rows(BatchTest.examples(new Random(1), 3), List.of(0, 1, 2));
    BatchStream stream =
        new BatchStream(
            new WindowedPlan(rows, BatchConfig.ofExamples(1, 2), 2), BatchCursor.START, 5);
    assertThatThrownBy(stream::next)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("no row is left");
  }

  /** Many windows may be empty before the one that is not, over the end of an epoch. */
  @Example
  void oneRowThatIsLeftIsFoundInEveryEpoch() {
    Rows rows = new Rows(BatchTest.examples(new Random(1), 4), List.of(0, 1, 3));
    for (long seed = 0; seed < 50; seed++) {
      WindowedPlan plan = new WindowedPlan(rows, BatchConfig.ofExamples(seed, 2), 1);
      assertThat(ids(new BatchStream(plan, BatchCursor.START, 5)))
          .isEqualTo(Collections.nCopies(5, List.of(2L)));
    }
  }

  @Example
  void whatARowThrowsReachesTheCaller() {
    ExampleRows rows =
        new ExampleRows() {
          @Override
          public int size() {
            return 4;
          }

          @Override
          public Optional<EncodedExample> example(int row) {
            throw new DataException("data.jsonl:7: not valid JSON");
          }
        };
    BatchStream stream =
        new BatchStream(
            new WindowedPlan(rows, BatchConfig.ofExamples(1, 2), 2), BatchCursor.START, 1);
    assertThatThrownBy(stream::next)
        .isInstanceOf(DataException.class)
        .hasMessageContaining("data.jsonl:7");
  }
}
