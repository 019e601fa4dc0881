package org.tune4j.engine.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
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
 * @param target what a task head is to say of it; then no token is learned
 * @param segments {@code [tokens]}: 0 for tokens of the first of two texts, 1 for those of the
 *     second ({@code token_type_ids}); empty if all are of the first
 * @param task whose virtual tokens stand before it, where tasks have their own; else 0
 */
public record EncodedExample(
    long id,
    String source,
    int[] ids,
    int[] labels,
    Optional<Target> target,
    int[] segments,
    int task) {
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
      if (target.isPresent() && labels[t] != NOT_LEARNED) {
        throw new ConfigException(source + ": has a target, and a learned token at position " + t);
      }
    }
    if (segments.length != 0 && segments.length != ids.length) {
      throw new ConfigException(
          source + ": " + ids.length + " ids and segments of " + segments.length + " tokens");
    }
    if (target.orElse(null) instanceof Target.TokenLabels each && each.ids().length != ids.length) {
      throw new ConfigException(
          source + ": " + ids.length + " ids and labels of " + each.ids().length + " tokens");
    }
    if (task < 0) {
      throw new ConfigException(source + ": task " + task + ": must be at least 0");
    }
  }

  /** An example whose next tokens are learned. */
  public EncodedExample(long id, String source, int[] ids, int[] labels) {
    this(id, source, ids, labels, Optional.empty(), new int[0], 0);
  }

  /** The same as one of another task. */
  public EncodedExample ofTask(int other) {
    return new EncodedExample(id, source, ids, labels, target, segments, other);
  }

  /** A text that a task head judges. */
  public static EncodedExample of(long id, String source, int[] ids, Target target) {
    return judged(id, source, ids, Optional.of(target), new int[0]);
  }

  /**
   * One text or two that a task head judges.
   *
   * @param target empty if nothing is wanted of it
   * @param segments as the record has them
   */
  public static EncodedExample judged(
      long id, String source, int[] ids, Optional<Target> target, int[] segments) {
    int[] none = new int[ids.length];
    Arrays.fill(none, NOT_LEARNED);
    return new EncodedExample(id, source, ids, none, target, segments, 0);
  }

  /** Its ids, labels, segments, target and task as bytes. */
  byte[] bytes() {
    float[] wanted = target.map(Target::numbers).orElse(new float[0]);
    int[] task = this.task == 0 ? new int[0] : new int[] {this.task};
    int numbers = 2 * ids.length + segments.length + task.length;
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (numbers + wanted.length));
    bytes.asIntBuffer().put(ids).put(labels).put(segments).put(task);
    bytes.position(Integer.BYTES * numbers);
    bytes.asFloatBuffer().put(wanted);
    return bytes.array();
  }

  /** Number of tokens. */
  public int length() {
    return ids.length;
  }

  /**
   * Number of tokens the model learns to predict, labels from position 1 on; or of what a task head
   * is to say.
   */
  public int labelCount() {
    int count = target.map(Target::count).orElse(0);
    for (int t = 1; t < labels.length; t++) {
      count += labels[t] == NOT_LEARNED ? 0 : 1;
    }
    return count;
  }

  /**
   * The tokens from {@code from} on as an example of their own.
   *
   * @throws ConfigException if it has a target, which is one of the whole
   */
  EncodedExample piece(int from, int length) {
    if (from == 0 && length == ids.length) {
      return this;
    }
    if (target.isPresent()) {
      throw new ConfigException(
          source + ": has a target and cannot be split; choose a packing that does not");
    }
    return new EncodedExample(
            id,
            source,
            Arrays.copyOfRange(ids, from, from + length),
            Arrays.copyOfRange(labels, from, from + length))
        .ofTask(task);
  }
}
