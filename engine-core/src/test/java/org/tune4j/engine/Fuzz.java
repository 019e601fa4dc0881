package org.tune4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** Gives a reader damaged files: it may refuse them by one of our exceptions, or take them. */
public final class Fuzz {
  private Fuzz() {}

  /** Damages a file in a way that follows from a seed. */
  @FunctionalInterface
  public interface Damage {
    /** The damaged file; the valid one stays as it is. */
    byte[] of(byte[] valid, long seed);
  }

  /**
   * Tries so many damaged files of text, or as many as the system property {@code tune4j.fuzz}
   * says.
   *
   * @param count how many in a build
   * @param valid a file to damage
   * @param read reads the content of a file
   */
  public static void check(int count, byte[] valid, Consumer<byte[]> read) {
    check(count, valid, MutatedText::of, read);
  }

  /** The same with files of any kind. */
  public static void check(int count, byte[] valid, Damage damage, Consumer<byte[]> read) {
    int files = Integer.getInteger("tune4j.fuzz", count);
    long first = Long.getLong("tune4j.fuzz.seed", ThreadLocalRandom.current().nextLong());
    int taken = 0;
    for (long seed = first; seed < first + files; seed++) {
      try {
        read.accept(damage.of(valid, seed));
        taken++;
      } catch (Tune4jException refused) {
        assertThat(refused).as("seed %d", seed).isNotInstanceOf(EngineBugException.class);
      } catch (RuntimeException | StackOverflowError | OutOfMemoryError uncaught) {
        throw new AssertionError("tune4j.fuzz.seed=" + seed + " gives " + uncaught, uncaught);
      }
    }
    assertThat(taken).as("of the files with seeds from %d on", first).isBetween(1, files - 1);
  }
}
