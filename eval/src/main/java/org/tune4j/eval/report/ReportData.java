package org.tune4j.eval.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.report.RunRecord;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.RunStart;
import org.tune4j.eval.metric.Answer;

/**
 * Everything that a report shows.
 *
 * @param run the run's folder
 * @param start absent when the report is made from a folder alone
 * @param result absent when the report is made from a folder alone, or the run broke off
 * @param before values of the untrained model; may be empty
 * @param after values of the trained model; may be empty
 * @param answersBefore of the untrained model; may be empty
 * @param answersAfter of the trained model; may be empty
 * @param responsesBefore of a policy before it learned; may be empty
 * @param responsesAfter the same prompts as it answers them now; may be empty
 * @param preflight what was told before the first step
 */
record ReportData(
    Path run,
    Optional<RunStart> start,
    Optional<RunResult> result,
    RunMetrics metrics,
    Map<String, Double> before,
    Map<String, Double> after,
    List<Answer> answersBefore,
    List<Answer> answersAfter,
    List<ScoredResponse> responsesBefore,
    List<ScoredResponse> responsesAfter,
    Optional<PreflightReport> preflight,
    Optional<RunRecord> record,
    Map<String, Object> config,
    Map<String, String> versions) {}
