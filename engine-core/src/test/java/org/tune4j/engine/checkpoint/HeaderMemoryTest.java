package org.tune4j.engine.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ModelFormatException;

/**
 * What reading a header takes from the heap: at most four times its size and 1 MiB. All that is
 * allocated is counted, also what is thrown away at once; entries that are far shorter than those
 * of any checkpoint leave as much again behind for the collector.
 */
class HeaderMemoryTest {
  @TempDir Path folder;

  static Stream<Arguments> headers() {
    return Stream.of(1_000, 5_000, 20_000)
        .flatMap(
            n ->
                Stream.of(
                    Arguments.of("honest tensors", header(n, HeaderMemoryTest::honest), n),
                    Arguments.of(
                        "attack by short tensors",
                        header(4 * n, i -> "\"%d\":[\"U8\",[0],[0,0]]".formatted(i)),
                        0),
                    Arguments.of(
                        "attack by one name over and over",
                        header(4 * n, i -> "\"a\":[\"U8\",[0],[0,0]]"),
                        0),
                    Arguments.of(
                        "values that are skipped",
                        "{\"a\":{\"x\":[" + "{\"b\":[1,2]},".repeat(n) + "0]}}",
                        0),
                    Arguments.of("a long name", "{\"" + "n".repeat(40 * n) + "\":1}", 0)));
  }

  private static String honest(int i) {
    return "\"model.layers.%d.self_attn.q_proj.weight\":{\"dtype\":\"F32\",\"shape\":[0,4096],\"data_offsets\":[0,0]}"
        .formatted(i);
  }

  private static String header(int count, IntFunction<String> entry) {
    StringBuilder text = new StringBuilder("{");
    for (int i = 0; i < count; i++) {
      text.append(i == 0 ? "" : ",").append(entry.apply(i));
    }
    return text.append('}').toString();
  }

  @ParameterizedTest(name = "{0}, {2} kept")
  @MethodSource("headers")
  void readingAllocatesNoMoreThanItsBound(String what, String header, int kept) throws IOException {
    Path path = SafetensorsFixture.raw(folder.resolve("model.safetensors"), header, 0);
    open(path);
    long before = MalformedSafetensorsTest.allocated();
    int tensors = open(path);
    long allocated = MalformedSafetensorsTest.allocated() - before;
    if (kept > 0) {
      assertThat(tensors).isEqualTo(kept);
    }
    assertThat(allocated)
        .isLessThan((what.startsWith("attack") ? 8L : 4L) * header.length() + (1 << 20));
  }

  private static int open(Path path) {
    int[] count = {-1};
    Throwable thrown =
        catchThrowable(
            () -> {
              try (SafetensorsFile file = SafetensorsFile.open(path)) {
                count[0] = file.tensors().size();
              }
            });
    assertThat(thrown)
        .satisfiesAnyOf(
            t -> assertThat(t).isNull(),
            t -> assertThat(t).isInstanceOf(ModelFormatException.class));
    return count[0];
  }
}
