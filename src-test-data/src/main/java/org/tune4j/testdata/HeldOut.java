package org.tune4j.testdata;

import java.nio.charset.StandardCharsets;

/**
 * Which texts are kept for the held-out files. A function of the text alone, so that neither a
 * training file nor the pre-training corpus of any seed can hold one of them.
 */
final class HeldOut {
  private static final int ONE_IN = 8;

  private HeldOut() {}

  /** True for about one text in eight (FNV-1a, 64 bits, of the UTF-8 bytes). */
  static boolean contains(String text) {
    long hash = 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return Long.remainderUnsigned(hash ^ (hash >>> 32), ONE_IN) == 0;
  }
}
