package org.tune4j.examples.conformance;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.SplitMix64;

/**
 * Makes the damaged safetensors files of the golden folder again from their rules, which stand in
 * that folder's README; the names here are those of the README.
 */
final class MutatedSafetensors {
  private static final byte[] J =
      HexFormat.of()
          .parseHex("7b7d5b5d222c3a303132333435363738392d2b2e65457466" + "6e5c7520090a005f7fc3ff");
  private static final byte[] W = {0x20, 0x09, 0x0a, 0x0d};
  private static final String[] N = {
    "0",
    "1",
    "2",
    "4",
    "8",
    "16",
    "-0",
    "-1",
    "00",
    "1e0",
    "1.0",
    "",
    "null",
    "\"1\"",
    "255",
    "4294967296",
    "4611686018427387905",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616"
  };

  /** The seed of the golden folder. */
  static final long SEED = 0x5AFE7E4504D0F11EL;

  private final List<byte[]> bases = new ArrayList<>();
  private final long seed;
  private long state;
  private byte[] b;
  private long h;

  MutatedSafetensors(Path baseFolder, long seed) throws IOException {
    this.seed = seed;
    for (int i = 0; i < 8; i++) {
      bases.add(Files.readAllBytes(baseFolder.resolve(i + ".safetensors")));
    }
  }

  /** The damaged file of that number. */
  byte[] file(int i) {
    state = seed + i * 0xD1342543DE82EF95L;
    b = bases.get(below(8)).clone();
    h = prefix();
    int mutations = 1 + below(2);
    for (int k = 0; k < mutations; k++) {
      mutate();
    }
    return b;
  }

  private long next() {
    state += SplitMix64.GOLDEN_GAMMA;
    return SplitMix64.mixed(state);
  }

  private int below(int n) {
    return (int) ((next() >>> 1) % n);
  }

  private void mutate() {
    int op = below(16);
    int n = b.length;
    if (n == 0) {
      return;
    }
    int end = h < 0 || h > n - 8 ? n : (int) (8 + h);
    switch (op) {
      case 0 -> flipBit(position(n, end));
      case 1 -> {
        int p = position(n, end);
        b[p] = value();
      }
      case 2 -> {
        int p = position(n, end);
        replace(p, p, values());
      }
      case 3 -> {
        int p = position(n, end);
        replace(p, Math.min(p + 1 + below(4), n), new byte[0]);
      }
      case 4 -> b = Arrays.copyOf(b, below(n));
      case 5 -> {
        int p = position(n, end);
        int stop = Math.min(p + 1 + below(16), n);
        replace(stop, stop, Arrays.copyOfRange(b, p, stop));
      }
      case 6 -> newCharacter(end, '0', '9');
      case 7 -> newPrefix(n);
      case 8, 9, 10, 12 -> resizeHeader(op, end);
      case 11 -> resizeTail(n);
      case 13 -> newNumber(end);
      case 14 -> {
        if (n > end) {
          int p = end + below(n - end);
          b[p] = (byte) below(256);
        }
      }
      default -> newCharacter(end, 'a', 'z');
    }
  }

  private int position(int n, int end) {
    if (below(4) != 0 && end > 8) {
      return 8 + below(end - 8);
    }
    return below(n);
  }

  private byte value() {
    return below(4) != 0 ? J[below(35)] : (byte) below(256);
  }

  private byte[] values() {
    byte[] made = new byte[1 + below(4)];
    for (int i = 0; i < made.length; i++) {
      made[i] = value();
    }
    return made;
  }

  private void flipBit(int p) {
    b[p] ^= (byte) (1 << below(8));
  }

  private void newCharacter(int end, char first, char last) {
    int[] places =
        IntStream.range(8, Math.max(8, end)).filter(p -> b[p] >= first && b[p] <= last).toArray();
    if (places.length > 0) {
      int p = places[below(places.length)];
      b[p] = (byte) (first + below(last - first + 1));
    }
  }

  private void newPrefix(int n) {
    int kind = below(4);
    long v =
        switch (kind) {
          case 0 -> (n >= 8 ? prefix() : 0) + below(17) - 8;
          case 1 -> n - 8L;
          case 2 -> 0;
          default -> {
            long r = next();
            yield r >>> below(64);
          }
        };
    if (n >= 8) {
      setPrefix(v);
    }
  }

  private void resizeHeader(int op, int end) {
    if (end <= 8) {
      return;
    }
    int p = 8 + below(end - 8);
    int before = b.length;
    switch (op) {
      case 8 -> replace(p, p, values());
      case 9 -> replace(p, p + Math.min(1 + below(4), end - p), new byte[0]);
      case 10 -> {
        int stop = p + Math.min(1 + below(64), end - p);
        replace(stop, stop, Arrays.copyOfRange(b, p, stop));
      }
      default -> {
        byte[] space = new byte[1 + below(4)];
        for (int i = 0; i < space.length; i++) {
          space[i] = W[below(4)];
        }
        replace(p, p, space);
      }
    }
    headerGrew(b.length - before);
  }

  private void resizeTail(int n) {
    int k = 1 + below(8);
    b = Arrays.copyOf(b, below(2) == 0 ? n + k : n - Math.min(k, n));
  }

  private void newNumber(int end) {
    List<int[]> runs = new ArrayList<>();
    for (int p = 8; p < end; p++) {
      int start = p;
      while (p < end && b[p] >= '0' && b[p] <= '9') {
        p++;
      }
      if (p > start) {
        runs.add(new int[] {start, p});
      }
    }
    if (!runs.isEmpty()) {
      int[] run = runs.get(below(runs.size()));
      byte[] text = N[below(21)].getBytes(StandardCharsets.US_ASCII);
      replace(run[0], run[1], text);
      headerGrew(text.length - (run[1] - run[0]));
    }
  }

  private void headerGrew(int difference) {
    setPrefix(prefix() + difference);
    h += difference;
  }

  private void replace(int from, int to, byte[] by) {
    byte[] made = new byte[b.length - (to - from) + by.length];
    System.arraycopy(b, 0, made, 0, from);
    System.arraycopy(by, 0, made, from, by.length);
    System.arraycopy(b, to, made, from + by.length, b.length - to);
    b = made;
  }

  private long prefix() {
    return ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
  }

  private void setPrefix(long v) {
    ByteBuffer.wrap(b).order(ByteOrder.LITTLE_ENDIAN).putLong(0, v);
  }
}
