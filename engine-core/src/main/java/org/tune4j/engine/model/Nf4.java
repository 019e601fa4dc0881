package org.tune4j.engine.model;

/** The numbers that NF4 is made of (Dettmers et al., 2023; bitsandbytes). */
final class Nf4 {
  /** Numbers that share an absmax. */
  static final int BLOCK = 64;

  /** Absmax that share an absmax of their own. */
  static final int OUTER_BLOCK = 256;

  /** The two levels of each byte, the same for all matrices. */
  static final TensorSlot PAIRS = TensorSlot.whole("nf4.pairs", 256, 2);

  /** What the codes of absmax mean, the same for all matrices. */
  static final TensorSlot ABSMAX_MAP = TensorSlot.whole("nf4.absmax_map", 256);

  /** Quantiles of the normal distribution, 0 among them; the outermost at -1 and 1. */
  private static final float[] LEVELS = {
    -1.0f, -0.6961928009986877f, -0.5250730514526367f, -0.39491748809814453f,
    -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
    0.07958029955625534f, 0.16093020141124725f, 0.24611230194568634f, 0.33791524171829224f,
    0.44070982933044434f, 0.5626170039176941f, 0.7229568362236023f, 1.0f
  };

  private Nf4() {}

  /** {@code [256, 2]}: the level of a byte's high half, then of its low half. */
  static float[] pairs() {
    float[] pairs = new float[512];
    for (int i = 0; i < 256; i++) {
      pairs[2 * i] = LEVELS[i >> 4];
      pairs[2 * i + 1] = LEVELS[i & 15];
    }
    return pairs;
  }
}
