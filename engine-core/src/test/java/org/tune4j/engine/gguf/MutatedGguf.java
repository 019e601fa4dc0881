package org.tune4j.engine.gguf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Damages a binary file: bits and bytes here and there, what an attacker would try in place of a
 * count, a length, a type or an offset, and parts that are cut, doubled or moved.
 */
final class MutatedGguf {
  private static final long[] NUMBERS = {
    0,
    1,
    2,
    3,
    7,
    8,
    9,
    10,
    12,
    13,
    31,
    255,
    256,
    65_536,
    1 << 24,
    Integer.MAX_VALUE,
    1L << 31,
    0xFFFF_FFFFL,
    1L << 32,
    1L << 61,
    Long.MAX_VALUE / 4,
    Long.MAX_VALUE - 31,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    -32,
    -1
  };

  private final SplittableRandom random;
  private byte[] file;

  private MutatedGguf(byte[] valid, long seed) {
    this.file = valid.clone();
    this.random = new SplittableRandom(seed);
  }

  /** The damaged file of that seed. */
  static byte[] of(byte[] valid, long seed) {
    MutatedGguf mutated = new MutatedGguf(valid, seed);
    for (int k = 1 + mutated.random.nextInt(3); k > 0 && mutated.file.length > 8; k--) {
      mutated.mutate();
    }
    return mutated.file;
  }

  private void mutate() {
    int p = random.nextInt(file.length);
    int stop = Math.min(file.length, p + 1 + random.nextInt(64));
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    long number = NUMBERS[random.nextInt(NUMBERS.length)];
    switch (random.nextInt(8)) {
      case 0 -> file[p] ^= (byte) (1 << random.nextInt(8));
      case 1 -> file[p] = (byte) number;
      case 2 -> bytes.putInt(Math.min(p, file.length - 4), (int) number);
      case 3, 4 -> bytes.putLong(Math.min(p, file.length - 8), number);
      case 5 -> replace(p, stop, new byte[0]);
      case 6 -> replace(stop, stop, Arrays.copyOfRange(file, p, stop));
      default -> file = Arrays.copyOf(file, random.nextInt(2 * file.length));
    }
  }

  private void replace(int from, int to, byte[] by) {
    byte[] made = new byte[file.length - (to - from) + by.length];
    System.arraycopy(file, 0, made, 0, from);
    System.arraycopy(by, 0, made, from, by.length);
    System.arraycopy(file, to, made, from + by.length, file.length - to);
    file = made;
  }
}
