package org.tune4j.engine.data;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * The batches of a run one after the other, from any place on. Each is a list of micro batches.
 * What it gives depends on the plan and the place alone, so a stream made from a saved {@link
 * #cursor()} goes on as if it had never stopped.
 */
public final class BatchStream implements Iterator<List<Batch>> {
  private final BatchPlan plan;
  private final int epochs;
  private BatchCursor cursor;
  private int[] order;

  /**
   * A stream.
   *
   * @param start place of the first batch
   * @param epochs number of epochs of the whole run, not of what is left
   */
  public BatchStream(BatchPlan plan, BatchCursor start, int epochs) {
    this.plan = plan;
    this.epochs = epochs;
    this.cursor = start;
    this.order = plan.order(start.epoch());
  }

  /** The place of the batch that comes next. */
  public BatchCursor cursor() {
    return cursor;
  }

  @Override
  public boolean hasNext() {
    return cursor.epoch() < epochs;
  }

  @Override
  public List<Batch> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the run has " + epochs + " epochs");
    }
    List<Batch> batch = plan.batch(cursor, order);
    if (cursor.batch() + 1 < plan.batchesPerEpoch()) {
      cursor = new BatchCursor(cursor.epoch(), cursor.batch() + 1);
    } else {
      cursor = new BatchCursor(cursor.epoch() + 1, 0);
      order = plan.order(cursor.epoch());
    }
    return batch;
  }
}
