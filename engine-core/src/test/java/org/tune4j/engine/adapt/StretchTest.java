package org.tune4j.engine.adapt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainedStorage.Gradients;
import org.tune4j.engine.adapt.TrainedStorage.Masters;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** What masters that are held in parts keep of fp32 numbers. */
final class StretchTest {
  private static final int NUMBERS = 600_001; // More than one stretch, and odd.
  private static final TensorSlot SLOT = TensorSlot.whole("w", NUMBERS);

  private static TrainableTensors tensors(Masters masters, TensorScope scope) {
    return new TrainableTensors(
        List.of(new Trainable(SLOT, true)),
        DType.BFLOAT16,
        new TrainedStorage(masters, Gradients.FP32),
        scope);
  }

  /** Finite numbers of every exponent, and those beside the borders between two bf16 numbers. */
  private static float[] numbers() {
    Random random = new Random(7);
    float[] all = new float[NUMBERS];
    for (int i = 0; i < NUMBERS; i++) {
      int bits = random.nextInt();
      if (i % 3 == 0) {
        bits = bits & 0xFFFF_0000 | 0x7FFF + random.nextInt(3);
      }
      float number = Float.intBitsToFloat(bits);
      // Above this the nearest bf16 number is infinite.
      all[i] = Math.abs(number) < 3.3e38f ? number : i;
    }
    return all;
  }

  private static float[] masters(TrainableTensors tensors) {
    float[] all = new float[NUMBERS];
    tensors.update(
        0,
        NUMBERS,
        0,
        stretch -> {
          float[] part = stretch.weights().toFloats();
          System.arraycopy(part, 0, all, (int) stretch.from(), part.length);
        });
    return all;
  }

  private static float[] computed(TrainableTensors tensors, TensorScope scope) {
    return TensorOps.cast(scope, tensors.compute(SLOT), DType.FLOAT32).toFloats();
  }

  private static void set(TrainableTensors tensors, float[] values) {
    try (TensorScope work = TensorScope.open()) {
      tensors.set(SLOT, work.floats(values, NUMBERS));
    }
  }

  @Test
  void splitMastersKeepEachBit() {
    try (TensorScope scope = TensorScope.open();
        TrainableTensors tensors = tensors(Masters.SPLIT, scope)) {
      float[] wanted = numbers();
      set(tensors, wanted);
      assertThat(masters(tensors)).isEqualTo(wanted);
      assertThat(masters(tensors)).isEqualTo(wanted); // An update of nothing changes nothing.
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Masters.class,
      names = {"SPLIT", "SPLIT24"})
  void whatIsComputedWithIsTheNearestBf16Number(Masters masters) {
    try (TensorScope scope = TensorScope.open();
        TrainableTensors tensors = tensors(masters, scope)) {
      float[] wanted = numbers();
      set(tensors, wanted);
      float[] found = computed(tensors, scope);
      // 24 bits round once before: a border may be missed by half of their step.
      double slack = masters == Masters.SPLIT ? 0 : 0x1p-9;
      for (int i = 0; i < NUMBERS; i++) {
        double step = Math.ulp(wanted[i]) * 0x1p16;
        assertThat(Math.abs((double) found[i] - wanted[i]))
            .isLessThanOrEqualTo(step * (0.5 + slack));
      }
    }
  }

  @Test
  void mastersOf24BitsKeepTheNearest() {
    try (TensorScope scope = TensorScope.open();
        TrainableTensors tensors = tensors(Masters.SPLIT24, scope)) {
      float[] wanted = numbers();
      set(tensors, wanted);
      float[] found = masters(tensors);
      for (int i = 0; i < NUMBERS; i++) {
        assertThat(Math.abs((double) found[i] - wanted[i]))
            .isLessThanOrEqualTo(Math.ulp(wanted[i]) * 128.0);
      }
      assertThat(masters(tensors)).isEqualTo(found);
    }
  }

  @Test
  void roundingAtRandomIsRightOnAverage() {
    try (TensorScope scope = TensorScope.open();
        TrainableTensors tensors = tensors(Masters.NONE, scope)) {
      // Three tenths of the way from one bf16 number to the next.
      float[] wanted = new float[NUMBERS];
      Arrays.fill(wanted, 1 + 0x1p-7f * 0.3f);
      set(tensors, wanted);
      float[] found = computed(tensors, scope);
      long up = 0;
      for (float each : found) {
        assertThat(each).isIn(1f, 1 + 0x1p-7f);
        up += each > 1 ? 1 : 0;
      }
      // Five standard deviations of a mean of so many.
      assertThat(up / (double) NUMBERS).isCloseTo(0.3, within(5 * 0.46 / Math.sqrt(NUMBERS)));
    }
  }

  @Test
  void roundingAtRandomKeepsWhatIsABf16NumberAndReplays() {
    try (TensorScope scope = TensorScope.open();
        TrainableTensors one = tensors(Masters.NONE, scope);
        TrainableTensors other = tensors(Masters.NONE, scope)) {
      float[] wanted = numbers();
      set(one, wanted);
      set(other, wanted);
      float[] found = computed(one, scope);
      assertThat(computed(other, scope)).isEqualTo(found);
      assertThat(masters(one)).isEqualTo(found);
    }
  }

  @Test
  void partsAreOfBf16Alone() {
    try (TensorScope scope = TensorScope.open()) {
      TrainedStorage split = new TrainedStorage(Masters.SPLIT, Gradients.FP32);
      assertThatThrownBy(
              () ->
                  new TrainableTensors(
                      List.of(new Trainable(SLOT, true)), DType.FLOAT32, split, scope))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("master_weights = split")
          .hasMessageContaining("float32");
    }
  }

  @Test
  void wholeMastersAreRefusedWhereThereAreNone() {
    try (TensorScope scope = TensorScope.open();
        TrainableTensors tensors = tensors(Masters.SPLIT24, scope)) {
      assertThatThrownBy(tensors::flat).isInstanceOf(IllegalStateException.class);
      assertThatThrownBy(() -> tensors.master(SLOT)).isInstanceOf(IllegalStateException.class);
    }
  }
}
