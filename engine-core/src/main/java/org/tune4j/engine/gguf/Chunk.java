package org.tune4j.engine.gguf;

/**
 * Room for a part of a tensor, encoded and decoded: at most 1 MiB each.
 *
 * @param blocks how many it holds
 */
record Chunk(int blocks, byte[] bytes, float[] numbers) {
  private static final int ELEMENTS = 1 << 18;

  /**
   * @param elements that are wanted; there may be room for fewer
   */
  Chunk(GgufType type, long elements) {
    this(type, (int) (Math.min(elements, ELEMENTS) / type.blockElements()));
  }

  private Chunk(GgufType type, int blocks) {
    this(blocks, new byte[blocks * type.blockBytes()], new float[blocks * type.blockElements()]);
  }
}
