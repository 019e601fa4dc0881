package org.tune4j.engine.train;

import java.util.List;
import java.util.Locale;

/**
 * How a run was tuned.
 *
 * @param tried in order
 * @param chosen what the run is made with
 * @param stored whether that was found by an earlier run, which tried this
 */
public record TuningReport(List<Tried> tried, Tuning chosen, boolean stored) {
  private static final String LINE = "%s %7s %14s %9s %10s %10s %10s %9s\n";

  /**
   * Something that was tried.
   *
   * @param tokensPerSecond of its fastest update; NaN if memory did not suffice
   * @param peakBytes the most memory that the process had meanwhile; 0 if nobody knows
   */
  public record Tried(Tuning tuning, double tokensPerSecond, long peakBytes) {
    /** Whether updates could be made so. */
    public boolean fits() {
      return !Double.isNaN(tokensPerSecond);
    }
  }

  public TuningReport {
    tried = List.copyOf(tried);
  }

  /** A table, the chosen line marked, and what the choice means for the numbers of the run. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(stored ? "tuned by an earlier run here, which tried:\n" : "tuned; tried were:\n");
    text.append(
        line(
            " ",
            "threads",
            "rows at once",
            "recompute",
            "loss chunk",
            "max length",
            "tokens/s",
            "peak MiB"));
    for (Tried each : tried) {
      Tuning tuning = each.tuning();
      text.append(
          line(
              tuning.equals(chosen) ? "*" : " ",
              tuning.threads(),
              tuning.perDeviceTrainBatchSize(),
              name(tuning),
              tuning.lossChunkSize() == 0 ? "default" : tuning.lossChunkSize(),
              tuning.maxLength(),
              each.fits()
                  ? String.format(Locale.ROOT, "%.0f", each.tokensPerSecond())
                  : "no memory",
              each.peakBytes() == 0 ? "unknown" : each.peakBytes() >> 20));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "chosen: threads %d, per_device_train_batch_size %d, recompute %s, loss_chunk_size %d, max_length %d\n",
            chosen.threads(),
            chosen.perDeviceTrainBatchSize(),
            name(chosen),
            chosen.lossChunkSize(),
            chosen.maxLength()));
    return text.append(
            "The choice does not change what is learned, but its numbers: sums round otherwise,"
                + " dropout draws anew, and packed rows of another length share other updates. A"
                + " run that goes on keeps it.")
        .toString();
  }

  private static String name(Tuning tuning) {
    return tuning.recompute().name().toLowerCase(Locale.ROOT);
  }

  private static String line(Object... cells) {
    return String.format(Locale.ROOT, LINE, cells);
  }
}
