package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.train.RunListener;

/** Where numbers are written in digits of their own, what a machine reads stays as it is. */
class LocaleTest {
  private static final Locale EGYPT = Locale.forLanguageTag("ar-EG");

  @TempDir Path folder;

  private static <T> T in(Locale locale, Callable<T> work) throws Exception {
    Locale before = Locale.getDefault();
    Locale.setDefault(locale);
    try {
      return work.call();
    } finally {
      Locale.setDefault(before);
    }
  }

  static Stream<String> models() {
    return LoraFamiliesTest.models();
  }

  @Test
  void theLocaleHasDigitsOfItsOwn() throws Exception {
    assertThat(in(EGYPT, () -> "%d".formatted(12))).isNotEqualTo("12");
  }

  @ParameterizedTest
  @MethodSource("models")
  void eachFamilyTrainsAndGenerates(String config) throws Exception {
    LoraFamiliesTest families = new LoraFamiliesTest();
    in(
        EGYPT,
        () -> {
          families.mergedEqualsAdapted(config);
          families.cachedGenerationEqualsAForwardPass(config);
          return null;
        });
  }

  @Test
  void aRunLeavesTheSameFiles() throws Exception {
    try (SmallRun run = new SmallRun(folder)) {
      Path here = SmallRun.folder(folder);
      Path there = SmallRun.folder(folder);
      run.train(here, new RunListener() {});
      in(
          EGYPT,
          () -> {
            run.train(there, new RunListener() {});
            return null;
          });
      assertThat(SmallRun.left(there)).isEqualTo(SmallRun.left(here));
    }
  }
}
