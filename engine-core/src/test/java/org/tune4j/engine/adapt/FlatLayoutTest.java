package org.tune4j.engine.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.model.TensorSlot;

final class FlatLayoutTest {
  private static final List<Trainable> TRAINED =
      List.of(
          of("embedding", 10, true, Trainable.NO_BLOCK),
          of("norm 0", 2, false, 0),
          of("matrix 0", 6, true, 0),
          of("matrix 1", 5, true, 1),
          of("norm 1", 2, false, 1),
          of("norm", 2, false, Trainable.NO_BLOCK));

  private static Trainable of(String name, int numbers, boolean decayed, int block) {
    return new Trainable(TensorSlot.whole(name, numbers), decayed, false, block, 1);
  }

  @Test
  void whatIsDecayedComesFirst() {
    FlatLayout layout = FlatLayout.of(TRAINED, false);
    assertThat(layout.ranges())
        .containsExactly(
            new TrainedRange(0, 21, 0, true, 1, Trainable.NO_BLOCK),
            new TrainedRange(21, 6, 21, false, 1, Trainable.NO_BLOCK));
    assertThat(layout.gradients()).isEqualTo(27);
  }

  @Test
  void releasedBlocksShareTheirRoomForGradients() {
    FlatLayout layout = FlatLayout.of(TRAINED, true);
    assertThat(layout.ranges())
        .containsExactly(
            new TrainedRange(0, 10, 0, true, 1, Trainable.NO_BLOCK),
            new TrainedRange(10, 2, 10, false, 1, Trainable.NO_BLOCK),
            new TrainedRange(12, 6, 12, true, 1, 0),
            new TrainedRange(18, 2, 18, false, 1, 0),
            new TrainedRange(20, 5, 12, true, 1, 1),
            new TrainedRange(25, 2, 17, false, 1, 1));
    assertThat(layout.gradients()).isEqualTo(20);
    assertThat(layout.gradientOffset(layout.offsets().get("norm 1"))).isEqualTo(17);
  }

  @Test
  void anotherRateIsAnotherRange() {
    List<Trainable> trained = List.of(TRAINED.get(0), TRAINED.get(2).withRate(0.5), TRAINED.get(3));
    assertThat(FlatLayout.of(trained, false).ranges())
        .extracting(TrainedRange::count, TrainedRange::rate)
        .containsExactly(tuple(10L, 1.0), tuple(6L, 0.5), tuple(5L, 1.0));
  }
}
