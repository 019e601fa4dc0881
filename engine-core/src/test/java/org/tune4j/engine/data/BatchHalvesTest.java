package org.tune4j.engine.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BatchHalvesTest {
  private static EncodedExample example(long id, int length) {
    int[] ids = new Random(id).ints(length, 1, 90).toArray();
    int[] labels = ids.clone();
    labels[length / 2] = EncodedExample.NOT_LEARNED;
    return new EncodedExample(id, "row " + id, ids, labels);
  }

  /** Each half is the batch that its examples make. */
  @Property
  void togetherTheyAreTheBatch(
      @ForAll @Size(min = 2, max = 12) List<@IntRange(min = 1, max = 40) Integer> lengths) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int length : lengths) {
      examples.add(example(examples.size(), length));
    }
    List<Batch> halves = BatchHalves.of(Batch.of(examples));
    assertThat(halves).hasSize(2);
    List<Long> found = new ArrayList<>();
    for (Batch half : halves) {
      assertThat(half.documents()).isPositive();
      List<EncodedExample> its = new ArrayList<>();
      for (long id : half.exampleIds()) {
        found.add(id);
        its.add(examples.get((int) id));
      }
      assertThat(half).usingRecursiveComparison().isEqualTo(Batch.of(its));
    }
    assertThat(found).doesNotHaveDuplicates().hasSameSizeAs(examples);
    int longest = lengths.stream().max(Comparator.naturalOrder()).orElseThrow();
    assertThat(Math.abs(halves.get(0).tokens() - halves.get(1).tokens()))
        .isLessThanOrEqualTo(longest);
  }

  @Test
  void weightsTargetsSegmentsAndTasksGoWithTheirDocuments() {
    Batch batch =
        new Batch(
            new int[] {5, 6, 7, 8, 9, 4},
            new int[] {0, 1, 2, 0, 1, 0},
            new int[] {3, 2, 1},
            new int[] {-100, -100, -100, -100, -100, -100},
            new int[] {-100, -100, -100},
            3,
            new long[] {30, 20, 10},
            new float[] {3, 2, 1},
            List.of("c", "b", "a"),
            List.of(new Target.OneLabel(2), new Target.OneLabel(1), new Target.OneLabel(0)),
            new int[] {0, 0, 1, 0, 1, 1},
            new int[] {2, 1, 0},
            List.of());
    List<Batch> halves = BatchHalves.of(batch);
    assertThat(halves.get(0).exampleIds()).containsExactly(30);
    assertThat(halves.get(0).segments()).containsExactly(0, 0, 1);
    assertThat(halves.get(0).tasks()).containsExactly(2);
    Batch right = halves.get(1);
    assertThat(right.exampleIds()).containsExactly(20, 10);
    assertThat(right.exampleWeights()).containsExactly(2, 1);
    assertThat(right.targets()).containsExactly(new Target.OneLabel(1), new Target.OneLabel(0));
    assertThat(right.segments()).containsExactly(0, 1, 1);
    assertThat(right.tasks()).containsExactly(1, 0);
    assertThat(right.sources()).containsExactly("b", "a");
    assertThat(right.labelCount()).isEqualTo(2);
  }

  @Test
  void aSingleDocumentHasNone() {
    Batch single = Batch.of(List.of(example(1, 4)));
    assertThatThrownBy(() -> BatchHalves.of(single)).isInstanceOf(IllegalArgumentException.class);
  }
}
