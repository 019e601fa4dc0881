package org.tune4j.engine.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
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
 * @param task whose virtual tokens stand before it, where tasks have their own; else {@link
 *     #NO_TASK}
 * @param rating what is said of the answer in it
 * @param rejected the worse answer to the same prompt, where two are compared: a document of its
 *     own, that goes wherever this one goes
 */
public record EncodedExample(
    long id,
    String source,
    int[] ids,
    int[] labels,
    Optional<Target> target,
    int[] segments,
    int task,
    Rating rating,
    Optional<EncodedExample> rejected) {
  /** The label of a position that is not learned. */
  public static final int NOT_LEARNED = -100;

  /** The task of an example that is of none. */
  public static final int NO_TASK = -1;

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
    if (task < NO_TASK) {
      throw new ConfigException(source + ": task " + task + ": must be at least 0, or -1 for none");
    }
    if (rejected.isPresent()
        && (rating != Rating.CHOSEN
            || rejected.get().rating != Rating.REJECTED
            || rejected.get().rejected.isPresent()
            || rejected.get().id != id)) {
      throw new ConfigException(source + ": of two answers one is better, to the same prompt");
    }
  }

  /** An example of which nothing is said. */
  public EncodedExample(
      long id, String source, int[] ids, int[] labels, Optional<Target> target, int[] segments) {
    this(id, source, ids, labels, target, segments, NO_TASK, Rating.NONE, Optional.empty());
  }

  /** An example whose next tokens are learned. */
  public EncodedExample(long id, String source, int[] ids, int[] labels) {
    this(id, source, ids, labels, Optional.empty(), new int[0]);
  }

  /** The same as one of another task. */
  public EncodedExample ofTask(int other) {
    return new EncodedExample(
        id,
        source,
        ids,
        labels,
        target,
        segments,
        other,
        rating,
        rejected.map(answer -> answer.ofTask(other)));
  }

  /** The same with what is said of the answer in it. */
  public EncodedExample rated(Rating value) {
    return new EncodedExample(
        id, source, ids, labels, target, segments, task, value, Optional.empty());
  }

  /** Two answers to the same prompt, each behind that. */
  public static EncodedExample pair(EncodedExample chosen, EncodedExample rejected) {
    return new EncodedExample(
        chosen.id,
        chosen.source,
        chosen.ids,
        chosen.labels,
        chosen.target,
        chosen.segments,
        chosen.task,
        Rating.CHOSEN,
        Optional.of(rejected.rated(Rating.REJECTED)));
  }

  /** The documents that it is made of: itself alone, and what it is compared with. */
  public List<EncodedExample> documents() {
    return rejected.map(other -> List.of(rated(rating), other)).orElse(List.of(this));
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
    return new EncodedExample(id, source, ids, none, target, segments);
  }

  /** Its ids, labels, segments, target, task and rating as bytes. */
  byte[] bytes() {
    byte[] own = ownBytes();
    if (rating == Rating.NONE) {
      return own;
    }
    byte[] others = rejected.map(EncodedExample::bytes).orElse(new byte[0]);
    return ByteBuffer.allocate(own.length + 1 + others.length)
        .put(own)
        .put((byte) rating.ordinal())
        .put(others)
        .array();
  }

  private byte[] ownBytes() {
    float[] wanted = target.map(Target::numbers).orElse(new float[0]);
    int[] task = this.task == NO_TASK ? new int[0] : new int[] {this.task};
    int numbers = 2 * ids.length + segments.length + task.length;
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (numbers + wanted.length));
    bytes.asIntBuffer().put(ids).put(labels).put(segments).put(task);
    bytes.position(Integer.BYTES * numbers);
    bytes.asFloatBuffer().put(wanted);
    return bytes.array();
  }

  /** Number of tokens, of both answers where two are compared. */
  public int length() {
    return ids.length + rejected.map(EncodedExample::length).orElse(0);
  }

  /**
   * Number of tokens the model learns to predict, labels from position 1 on; or of what a task head
   * is to say. Of both answers where two are compared.
   */
  public int labelCount() {
    int count =
        target.map(Target::count).orElse(0) + rejected.map(EncodedExample::labelCount).orElse(0);
    for (int t = 1; t < labels.length; t++) {
      count += labels[t] == NOT_LEARNED ? 0 : 1;
    }
    return count;
  }

  /**
   * The tokens from {@code from} on as an example of their own.
   *
   * @throws ConfigException if it has a target or two answers, which are of the whole
   */
  EncodedExample piece(int from, int length) {
    if (from == 0 && length == length()) {
      return this;
    }
    if (target.isPresent() || rejected.isPresent()) {
      throw new ConfigException(
          "%s: has %s and cannot be split; choose a packing that does not"
              .formatted(source, target.isPresent() ? "a target" : "two answers"));
    }
    return new EncodedExample(
        id,
        source,
        Arrays.copyOfRange(ids, from, from + length),
        Arrays.copyOfRange(labels, from, from + length),
        target,
        segments,
        task,
        rating,
        rejected);
  }
}
