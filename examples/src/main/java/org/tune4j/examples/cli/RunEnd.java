package org.tune4j.examples.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.report.RunRecord;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.trainer.TrainedRun;
import org.tune4j.eval.report.RunReport;

/** Measures what a run came to on held-out rows, writes it down and says it. */
final class RunEnd {
  private RunEnd() {}

  /**
   * Ends a run.
   *
   * @param evaluation null where nothing is held out
   * @param json whether the result is wanted as JSON
   */
  static void tell(
      Console console,
      boolean json,
      SftJob job,
      Evaluation evaluation,
      RunReport report,
      TrainedRun run) {
    Map<String, Double> values = Map.of();
    if (evaluation != null) {
      values = evaluation.evaluate(run.model());
      report.after(values, List.of());
    }
    RunRecord.of(job.output(), job.model(), job.files(), run.folder()).writeTo(job.output());
    RunSummary.say(console, run.data(), run.result());
    if (!values.isEmpty()) {
      console.say("held out: " + ProgressListener.shown(values));
    }
    console.say("report: " + report.write());
    if (!json) {
      console.out().println(run.folder());
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("folder", run.folder().toString());
    line.putAll(RunSummary.json(run.data(), run.result()));
    line.putAll(values);
    console.json(line);
  }
}
