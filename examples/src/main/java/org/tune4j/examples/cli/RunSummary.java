package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.tune4j.engine.data.EncodingReport;
import org.tune4j.engine.train.RunResult;

/** How a run ended, and what became of its rows. */
final class RunSummary {
  private RunSummary() {}

  static void say(Console console, EncodingReport data, RunResult result) {
    console.say(
        "rows: %d read, %d learned, %d cut%s"
            .formatted(
                data.rows(),
                data.kept(),
                data.cut(),
                data.dropped().isEmpty() ? "" : ", left out: " + data.dropped()));
    console.say(
        String.format(
            Locale.ROOT,
            "%s after %d steps, loss %.4f%s",
            result.reason().name().toLowerCase(Locale.ROOT).replace('_', ' '),
            result.steps(),
            result.loss(),
            result.bestStep() == 0
                ? ""
                : String.format(
                    Locale.ROOT,
                    ", best %.4f at step %d",
                    result.bestMetric(),
                    result.bestStep())));
    if (!result.changed()) {
      console.say(
          "the run changed nothing: every trained number is what it began as, and so are all scores;"
              + " see learning_rate, warmup_steps and max_steps");
    }
    if (result.skipped() > 0) {
      console.say(
          "%d steps were not learned from and %d times the run went back: see fault in metrics.jsonl"
              .formatted(result.skipped(), result.rewinds()));
    }
    if (result.overflows() > 0) {
      console.say(
          "gradients of %d steps overflowed in fp16: see loss_scale in metrics.jsonl"
              .formatted(result.overflows()));
    }
  }

  static Map<String, Object> json(EncodingReport data, RunResult result) {
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("steps", result.steps());
    line.put("loss", result.loss());
    line.put("skipped_steps", result.skipped());
    line.put("overflowed_steps", result.overflows());
    line.put("rewinds", result.rewinds());
    line.put("reason", result.reason().name().toLowerCase(Locale.ROOT));
    line.put("best_step", result.bestStep() == 0 ? null : result.bestStep());
    line.put("best_metric", result.bestStep() == 0 ? null : result.bestMetric());
    line.put("changed", result.changed());
    line.put("rows", data.rows());
    line.put("rows_learned", data.kept());
    line.put("rows_cut", data.cut());
    return line;
  }
}
