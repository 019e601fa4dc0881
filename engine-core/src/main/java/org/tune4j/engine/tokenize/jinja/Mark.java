package org.tune4j.engine.tokenize.jinja;

/**
 * What a text remembers of each of its characters: the {@link Origin} in the low half, and in the
 * high half the number of the {@code {% generation %}} block that wrote it, 0 for none.
 */
final class Mark {
  static final long TEMPLATE = of(Origin.TEMPLATE);

  private Mark() {}

  static long of(int origin) {
    return origin & 0xFFFFFFFFL;
  }

  static int origin(long mark) {
    return (int) mark;
  }

  static int generation(long mark) {
    return (int) (mark >>> 32);
  }

  static long inGeneration(long mark, int generation) {
    return mark & 0xFFFFFFFFL | (long) generation << 32;
  }
}
