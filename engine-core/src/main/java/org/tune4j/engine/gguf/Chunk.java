package org.tune4j.engine.gguf;

import java.util.stream.IntStream;

/**
 * Room for a part of a tensor, encoded and decoded: at most 1 MiB each.
 *
 * @param blocks how many it holds
 */
record Chunk(int blocks, byte[] bytes, float[] numbers) {
  private static final int ELEMENTS = 1 << 18;
  private static final int PARTS = 32;

  /**
   * @param elements that are wanted; there may be room for fewer
   */
  Chunk(GgufType type, long elements) {
    this(type, (int) (Math.min(elements, ELEMENTS) / type.blockElements()));
  }

  private Chunk(GgufType type, int blocks) {
    this(blocks, new byte[blocks * type.blockBytes()], new float[blocks * type.blockElements()]);
  }

  /** Encodes the numbers, on all processors: the search of a K type takes its time. */
  void encode(GgufType.Encoder encoder) {
    IntStream.range(0, PARTS)
        .parallel()
        .forEach(part -> encoder.encode(numbers, bytes, start(part), start(part + 1)));
  }

  private int start(int part) {
    return (int) ((long) blocks * part / PARTS);
  }
}
