package org.tune4j.engine.data;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;

/**
 * The batches of a run one after the other, from any place on. Each is a list of micro batches
 * whose label counts add up to that of the batch. What it gives depends on the plan and the place
 * alone, so a stream made from a saved {@link #cursor()} goes on as if it had never stopped.
 */
public final class BatchStream implements Iterator<List<Batch>> {
  private final BatchPlan plan;
  private final int epochs;
  private BatchCursor cursor;
  private List<List<EncodedExample>> window;

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
    if (start.window() >= plan.windows()) {
      throw new ConfigException(
          "an epoch has " + plan.windows() + " windows, there is no window " + start.window());
    }
  }

  /** The place of the batch that comes next. */
  public BatchCursor cursor() {
    return cursor;
  }

  @Override
  public boolean hasNext() {
    if (cursor.batch() > 0 && plan.isOver(cursor.epoch(), cursor.window())) {
      cursor = afterWindow();
      window = null;
    }
    if (window == null && cursor.epoch() < epochs) {
      read();
    }
    return cursor.epoch() < epochs;
  }

  @Override
  public List<Batch> next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the run has " + epochs + " epochs");
    }
    long from = (long) cursor.batch() * plan.config().batchSize();
    if (from >= window.size()) {
      throw new ConfigException(
          "window %d has %d batches, there is no batch %d"
              .formatted(cursor.window(), batches(), cursor.batch()));
    }
    List<Batch> batch = batch((int) from);
    if (cursor.batch() + 1 < batches()) {
      cursor = new BatchCursor(cursor.epoch(), cursor.window(), cursor.batch() + 1);
    } else {
      cursor = afterWindow();
      window = null;
    }
    return batch;
  }

  /** Reads the window of the cursor, or the next one that has rows. */
  private void read() {
    int empty = 0;
    window = plan.window(cursor.epoch(), cursor.window());
    while (window.isEmpty()) {
      // Two epochs in a row may lack all but one window each, the first of one and the last of the
      // other.
      if (++empty > 2 * (plan.windows() - 1)) {
        throw new DataException("no row is left to learn from: all were dropped");
      }
      cursor = afterWindow();
      if (cursor.epoch() >= epochs) {
        return;
      }
      window = plan.window(cursor.epoch(), cursor.window());
    }
  }

  private BatchCursor afterWindow() {
    return cursor.window() + 1 < plan.windows()
        ? new BatchCursor(cursor.epoch(), cursor.window() + 1, 0)
        : new BatchCursor(cursor.epoch() + 1, 0, 0);
  }

  private int batches() {
    return (window.size() - 1) / plan.config().batchSize() + 1;
  }

  private List<Batch> batch(int from) {
    BatchConfig config = plan.config();
    int end = (int) Math.min(window.size(), (long) from + config.batchSize());
    List<Batch> microBatches = new ArrayList<>();
    while (from < end) {
      int stop = (int) Math.min(end, (long) from + config.microBatchSize());
      microBatches.add(
          Batch.of(window.subList(from, stop).stream().flatMap(List::stream).toList()));
      from = stop;
    }
    return microBatches;
  }
}
