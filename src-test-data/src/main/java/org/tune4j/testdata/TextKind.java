package org.tune4j.testdata;

import java.util.SplittableRandom;

/**
 * A kind of text that the generator writes. The same language and state of the random source give
 * the same text. A new kind is one class, two grammar files and one line in {@link Corpus#PARTS}.
 */
public interface TextKind {
  /** Writes one text for pre-training, without a final line break. Never a held-out text. */
  String write(Language language, SplittableRandom random);
}
