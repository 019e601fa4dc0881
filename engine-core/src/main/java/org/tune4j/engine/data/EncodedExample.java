package org.tune4j.engine.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.tune4j.engine.ConfigException;

/**
 * An example as token ids. The arrays belong to this record and are not to be changed.
 *
 * @param id the example's id
 * @param source where the example comes from
 * @param ids token ids, {@code [tokens]}
 * @param labels {@code [tokens]}: the id at the same position where the model learns to predict it,
 *     {@link #NOT_LEARNED} elsewhere. Not shifted: the label at t is predicted from the tokens
 *     before t, so a label at position 0 has no effect
 */
public record EncodedExample(long id, String source, int[] ids, int[] labels) {
  /** The label of a position that is not learned. */
  public static final int NOT_LEARNED = -100;

  public EncodedExample {
    if (ids.length == 0 || ids.length != labels.length) {
      throw new ConfigException(
          source
              + ": "
              + ids.length
              + " ids and "
              + labels.length
              + " labels; wanted equally many");
    }
    for (int t = 0; t < ids.length; t++) {
      if (ids[t] < 0 || labels[t] != NOT_LEARNED && labels[t] != ids[t]) {
        throw new ConfigException(
            source + ": id " + ids[t] + " with label " + labels[t] + " at position " + t);
      }
    }
  }

  /** Its ids and labels as bytes. */
  byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(2 * Integer.BYTES * ids.length);
    bytes.asIntBuffer().put(ids).put(labels);
    return bytes.array();
  }

  /** Number of tokens. */
  public int length() {
    return ids.length;
  }

  /** Number of tokens the model learns to predict: labels from position 1 on. */
  public int labelCount() {
    int count = 0;
    for (int t = 1; t < labels.length; t++) {
      count += labels[t] == NOT_LEARNED ? 0 : 1;
    }
    return count;
  }

  /** The tokens from {@code from} on as an example of their own. */
  EncodedExample piece(int from, int length) {
    if (from == 0 && length == ids.length) {
      return this;
    }
    return new EncodedExample(
        id,
        source,
        Arrays.copyOfRange(ids, from, from + length),
        Arrays.copyOfRange(labels, from, from + length));
  }
}
