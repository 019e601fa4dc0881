package org.tune4j.rlhf.rollout;

import java.util.Arrays;
import java.util.Set;
import java.util.function.LongToIntFunction;
import java.util.stream.Collectors;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;

/**
 * Where the rollouts of a batch lie in it: their labelled tokens, counted over the whole batch, and
 * the states that have values, which begin with the one that the first token was said in.
 */
public final class RolloutLayout {
  private final long[] ids;
  private final int[] firstLabels;
  private final int[] firstValues;
  private final int[] valueRows;

  /**
   * The layout of a batch of {@link #document}s.
   *
   * @param batch as the model reads it
   * @param labelledRows of it
   * @param values how many states of a rollout have values, by its id
   */
  public RolloutLayout(Batch batch, int[] labelledRows, LongToIntFunction values) {
    int documents = batch.documents();
    this.ids = batch.exampleIds();
    this.firstLabels = new int[documents + 1];
    this.firstValues = new int[documents + 1];
    int end = 0;
    for (int d = 0; d < documents; d++) {
      end += batch.sequenceLengths()[d];
      int label = firstLabels[d];
      while (label < labelledRows.length && labelledRows[label] < end) {
        label++;
      }
      firstLabels[d + 1] = label;
      firstValues[d + 1] = firstValues[d] + values.applyAsInt(ids[d]);
    }
    this.valueRows = new int[firstValues[documents]];
    for (int d = 0; d < documents; d++) {
      for (int i = firstValues[d]; i < firstValues[d + 1]; i++) {
        valueRows[i] = labelledRows[firstLabels[d]] + i - firstValues[d];
      }
    }
  }

  /** A rollout as a document whose response is labelled. */
  public static EncodedExample document(Rollout rollout) {
    int prompt = rollout.prompt().length;
    int[] ids = Arrays.copyOf(rollout.prompt(), rollout.length());
    System.arraycopy(rollout.response(), 0, ids, prompt, rollout.response().length);
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, prompt, EncodedExample.NOT_LEARNED);
    return new EncodedExample(rollout.id(), "rollout " + rollout.id(), ids, labels);
  }

  /** How many rollouts there are. */
  public int rollouts() {
    return ids.length;
  }

  /** The ids of all of them. */
  public Set<Long> ids() {
    return Arrays.stream(ids).boxed().collect(Collectors.toSet());
  }

  /** The id of a rollout, by its place in the batch. */
  public long id(int place) {
    return ids[place];
  }

  /**
   * The number of a rollout's first labelled token; of the place behind the last, how many there
   * are.
   */
  public int firstLabel(int place) {
    return firstLabels[place];
  }

  /** The number of a rollout's first value; of the place behind the last, how many there are. */
  public int firstValue(int place) {
    return firstValues[place];
  }

  /** Flat positions of the states that have values. */
  public int[] valueRows() {
    return valueRows.clone();
  }

  /** A rollout's part of numbers of all labelled tokens. */
  public double[] ofLabels(double[] all, int place) {
    return Arrays.copyOfRange(all, firstLabels[place], firstLabels[place + 1]);
  }

  /** A rollout's part of numbers of all values. */
  public double[] ofValues(double[] all, int place) {
    return Arrays.copyOfRange(all, firstValues[place], firstValues[place + 1]);
  }
}
