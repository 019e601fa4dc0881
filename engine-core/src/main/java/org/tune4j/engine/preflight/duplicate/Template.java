package org.tune4j.engine.preflight.duplicate;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Pieces that more than half of the texts share: the words around what differs, such as "Is this
 * review positive?". They are left out when texts are compared, for otherwise every two rows would
 * look alike.
 *
 * <p>Pieces are told apart by 20 bits, so of a thousand others about one is taken for one of a
 * thousand shared ones.
 */
final class Template {
  /** Of fewer texts one cannot say what is a template and what is a duplicate. */
  private static final int FEWEST_TEXTS = 50;

  private static final int MOST_TEXTS = 1000;
  private static final int BITS = 20;

  private final BitSet shared = new BitSet();

  /** What these texts share; judged by up to a thousand of them. */
  static Template of(List<String> texts) {
    Template template = new Template();
    if (texts.size() >= FEWEST_TEXTS) {
      template.learn(texts);
    }
    return template;
  }

  private void learn(List<String> texts) {
    int looked = Math.min(MOST_TEXTS, texts.size());
    int[] counts = new int[1 << BITS];
    int[] last = new int[1 << BITS];
    Arrays.fill(last, -1);
    for (int i = 0; i < looked; i++) {
      int text = i;
      Shingles.forEach(
          texts.get((int) ((long) i * texts.size() / looked)),
          hash -> {
            int piece = hash >>> 32 - BITS;
            counts[piece] += last[piece] == text ? 0 : 1;
            last[piece] = text;
          });
    }
    for (int piece = 0; piece < counts.length; piece++) {
      shared.set(piece, 2 * counts[piece] > looked);
    }
  }

  boolean has(int hash) {
    return shared.get(hash >>> 32 - BITS);
  }
}
