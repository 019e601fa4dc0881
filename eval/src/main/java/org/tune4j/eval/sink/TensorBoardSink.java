package org.tune4j.eval.sink;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.checkpoint.DurableFolder;
import org.tune4j.engine.report.MetricsFile;
import org.tune4j.engine.train.LossScaleChange;
import org.tune4j.engine.train.NumericFault;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.StepResult;

/**
 * Writes the values of {@code metrics.jsonl} as event files of TensorBoard, under the tags that
 * transformers gives them: {@code train/loss}, {@code train/learning_rate}, {@code
 * train/grad_norm}, …, and {@code eval/loss} for {@code eval_loss}. Each start of a run begins a
 * file of its own; one that goes on tells TensorBoard to leave out what was written of later steps.
 *
 * <p>As with the run's other files, one that cannot be written stops the run with a {@link
 * org.tune4j.engine.StorageException}.
 */
public final class TensorBoardSink implements RunListener, AutoCloseable {
  private static final String EVALUATION = "eval_";

  private final Path folder;
  private EventFile file;

  /**
   * Writes to a folder.
   *
   * @param folder where TensorBoard is to look ({@code --logdir}, or a folder below it); made if it
   *     is not there
   */
  public TensorBoardSink(Path folder) {
    this.folder = folder;
  }

  @Override
  public void onStart(RunStart start) {
    DurableFolder.make(folder);
    Instant now = Instant.now();
    // TensorBoard reads files in the order of their names.
    String name =
        String.format(
            Locale.ROOT,
            "events.out.tfevents.%010d.%09d.tune4j",
            now.getEpochSecond(),
            now.getNano());
    file = new EventFile(folder.resolve(name), now());
    if (start.firstStep() > 0) {
      file.purgeFrom(now(), start.firstStep() + 1);
    }
  }

  @Override
  public void onStep(StepResult result) {
    write(result.step(), MetricsFile.values(result));
  }

  @Override
  public void onEvaluation(long step, Map<String, Double> values) {
    write(step, values);
  }

  @Override
  public void onMetrics(long step, Map<String, Double> values) {
    onEvaluation(step, values);
  }

  @Override
  public void onFault(NumericFault fault) {
    write(fault.step(), Map.of("fault_loss", fault.loss(), "fault_grad_norm", fault.gradNorm()));
  }

  @Override
  public void onLossScale(LossScaleChange change) {
    write(change.step(), MetricsFile.values(change));
  }

  @Override
  public void onUpdateResolution(long step, double unresolved) {
    write(step, Map.of(MetricsFile.UNRESOLVED, unresolved));
  }

  private void write(long step, Map<String, ? extends Number> values) {
    Map<String, Number> tagged = new LinkedHashMap<>();
    values.forEach((name, value) -> tagged.put(tag(name), value));
    file.scalars(now(), step, tagged);
  }

  private static String tag(String name) {
    return name.startsWith(EVALUATION)
        ? "eval/" + name.substring(EVALUATION.length())
        : "train/" + name;
  }

  private static double now() {
    return System.currentTimeMillis() / 1000.0;
  }

  @Override
  public void close() {
    if (file != null) {
      file.close();
      file = null;
    }
  }
}
