package org.tune4j.engine.data;

import java.nio.ByteBuffer;
import org.tune4j.engine.Sha256;

/** What tells a document of a batch from others, whichever batch it is in. */
public final class DocumentHash {
  /** Bytes of a hash. */
  public static final int BYTES = 32;

  private DocumentHash() {}

  /**
   * SHA-256 of a document's ids, and of which of them are learned.
   *
   * @param start its first token in the batch
   * @param length its tokens
   */
  public static ByteBuffer of(Batch batch, int start, int length) {
    ByteBuffer numbers = ByteBuffer.allocate(2 * Integer.BYTES * length);
    numbers.asIntBuffer().put(batch.tokenIds(), start, length).put(batch.labels(), start, length);
    return ByteBuffer.wrap(Sha256.digest().digest(numbers.array()));
  }
}
