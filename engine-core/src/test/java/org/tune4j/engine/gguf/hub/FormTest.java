package org.tune4j.engine.gguf.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Forms come back as they were, and rows go where llama.cpp has them. */
class FormTest {
  private static float[] counted(int count) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      numbers[i] = i;
    }
    return numbers;
  }

  @Property(tries = 50)
  void turnedComesBack(
      @ForAll @IntRange(min = 1, max = 9) int pairs,
      @ForAll @IntRange(min = 1, max = 7) int columns) {
    Form form = new Form.Turned(1);
    float[] hub = counted(2 * pairs * columns);
    assertThat(form.toHub(form.toGguf(hub.clone(), columns), columns)).isEqualTo(hub);
  }

  @Property(tries = 50)
  void keysAndValuesComeBack(
      @ForAll @IntRange(min = 1, max = 9) int plain,
      @ForAll @IntRange(min = 1, max = 9) int value,
      @ForAll @IntRange(min = 1, max = 7) int latent) {
    Form form = new Form.KeysAndValues("k", "v", 1, plain, value);
    float[] file = counted((plain + value) * latent);
    float[] hub = form.toHub(file.clone(), latent);
    float[] keys = Arrays.copyOf(hub, plain * latent);
    assertThat(form.toGguf(keys, latent)).isEqualTo(Arrays.copyOf(file, plain * latent));
    assertThat(Arrays.copyOfRange(hub, plain * latent, hub.length))
        .isEqualTo(Arrays.copyOfRange(file, plain * latent, file.length));
  }

  @Test
  void pairsStandSideBySideInTheFile() {
    float[] hub = {0, 1, 2, 10, 11, 12};
    assertThat(new Form.Turned(1).toGguf(hub, 1)).containsExactly(0, 10, 1, 11, 2, 12);
  }

  @Test
  void keysAreTurnedOverInTheFile() {
    // One head, two rows of keys and one of values, of three numbers each.
    float[] file = {1, 4, 2, 5, 3, 6, 7, 8, 9};
    Form form = new Form.KeysAndValues("k", "v", 1, 2, 1);
    assertThat(form.toHub(file, 3)).containsExactly(1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Property(tries = 50)
  void piecesOfAnyLengthGiveAllNumbers(
      @ForAll @IntRange(min = 1, max = 40) int count,
      @ForAll @IntRange(min = 1, max = 11) int group,
      @ForAll @IntRange(min = 1, max = 13) int piece) {
    float[] all = counted(count);
    GroupedNumbers numbers =
        new GroupedNumbers(
            group,
            number -> {
              int from = (int) number * group;
              return Arrays.copyOfRange(all, from, Math.min(count, from + group));
            });
    float[] read = new float[count];
    for (int at = 0; at < count; at += piece) {
      numbers.read(at, FloatBuffer.wrap(read, at, Math.min(piece, count - at)).slice());
    }
    assertThat(read).isEqualTo(all);
  }
}
