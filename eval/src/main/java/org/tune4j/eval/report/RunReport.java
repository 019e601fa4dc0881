package org.tune4j.eval.report;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.checkpoint.AtomicFile;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.report.RunRecord;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.Versions;
import org.tune4j.eval.metric.Answer;

/**
 * A run's {@code report.html}: one page that needs no network and no other file, for every method.
 *
 * <p>Numbers come from the run's folder ({@code metrics.jsonl}, {@code preflight.json}, {@code
 * config.json}, {@code run.json}, as far as they are there), so a run that was resumed is shown as
 * a whole, and a report can be made again from a folder alone. As a listener it learns besides what
 * was trained and how the run ended. The page is written by {@link #write} only: when everything is
 * saved, so that a report can never cost a result.
 */
public final class RunReport implements RunListener {
  private final Path run;
  private RunStart start;
  private RunResult result;
  private Map<String, Double> before = Map.of();
  private Map<String, Double> after = Map.of();
  private List<Answer> answersBefore = List.of();
  private List<Answer> answersAfter = List.of();
  private List<ScoredResponse> responsesBefore = List.of();
  private List<ScoredResponse> responsesAfter = List.of();

  /** The report of a run folder. */
  public RunReport(Path run) {
    this.run = run;
  }

  @Override
  public void onStart(RunStart value) {
    start = value;
  }

  @Override
  public void onEnd(RunResult value) {
    result = value;
  }

  /**
   * What the model was worth before training.
   *
   * @param values as an evaluation gives them
   * @param answers to held-out prompts; may be empty
   */
  public RunReport before(Map<String, Double> values, List<Answer> answers) {
    before = new LinkedHashMap<>(values);
    answersBefore = List.copyOf(answers);
    return this;
  }

  /**
   * What the model is worth after training.
   *
   * @param values as an evaluation gives them
   * @param answers to the same held-out prompts in the same order; may be empty
   */
  public RunReport after(Map<String, Double> values, List<Answer> answers) {
    after = new LinkedHashMap<>(values);
    answersAfter = List.copyOf(answers);
    return this;
  }

  /**
   * What a policy said before it learned from rewards, and what it says after.
   *
   * @param wasSaid may be empty
   * @param isSaid to the same prompts in the same order
   */
  public RunReport responses(List<ScoredResponse> wasSaid, List<ScoredResponse> isSaid) {
    responsesBefore = List.copyOf(wasSaid);
    responsesAfter = List.copyOf(isSaid);
    return this;
  }

  /**
   * Writes the page from what is known and lies in the run's folder now.
   *
   * @return the file
   */
  public Path write() {
    Optional<RunRecord> record = RunRecord.read(run);
    ReportData data =
        new ReportData(
            run,
            Optional.ofNullable(start),
            Optional.ofNullable(result),
            RunMetrics.read(run),
            before,
            after,
            answersBefore,
            answersAfter,
            responsesBefore,
            responsesAfter,
            PreflightReport.read(run),
            record,
            RunRecord.readConfig(run).orElse(Map.of()),
            record.map(RunRecord::versions).orElseGet(Versions::current));
    Path file = run.resolve("report.html");
    AtomicFile.write(file, ReportPage.html(data).getBytes(StandardCharsets.UTF_8));
    return file;
  }
}
