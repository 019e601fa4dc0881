package org.tune4j.examples.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.eval.CompletionEvaluation;
import org.tune4j.eval.Evaluations;
import org.tune4j.eval.LossEvaluation;
import org.tune4j.eval.PromptAnswers;
import org.tune4j.eval.metric.Answer;
import org.tune4j.eval.task.EvalTasks;
import org.tune4j.eval.task.TaskFile;

/**
 * What a run is measured on: the loss on held-out rows, answers to their prompts if wanted, and
 * tasks.
 */
final class HeldOut implements Evaluation {
  private final Evaluation all;
  private final CompletionEvaluation completions;

  private HeldOut(Evaluation all, CompletionEvaluation completions) {
    this.all = all;
    this.completions = completions;
  }

  /** The evaluation that a job orders; null for none. */
  static HeldOut of(SftJob job, Tokenizer tokenizer, Optional<ExampleSource> heldOut) {
    List<Evaluation> parts = new ArrayList<>();
    CompletionEvaluation completions = null;
    if (heldOut.isPresent()) {
      ExampleSource rows = heldOut.get();
      parts.add(
          new LossEvaluation(
              EncodedExamples.all(
                  rows, job.ofTasks(new ExampleEncoder(tokenizer, job.rows())), job.rows())));
      if (job.evalMaxNewTokens() > 0) {
        completions =
            new CompletionEvaluation(
                tokenizer, job.rows(), rows, job.evalMaxNewTokens(), job.evalMetrics());
        parts.add(completions);
      }
    }
    EvalTasks tasks =
        new EvalTasks(
            tokenizer,
            Optional.empty(),
            JobRows::files,
            Integer.MAX_VALUE,
            PromptAnswers.DEFAULT_BATCH);
    job.evalTasks().forEach(file -> parts.add(tasks.task(TaskFile.read(file)).evaluation()));
    return parts.isEmpty()
        ? null
        : new HeldOut(Evaluations.all(parts.toArray(Evaluation[]::new)), completions);
  }

  @Override
  public Map<String, Double> evaluate(BoundModel model) {
    return all.evaluate(model);
  }

  /** The answers of the latest evaluation. */
  List<Answer> answers() {
    return completions == null ? List.of() : completions.answers();
  }

  /** What the values of the latest answers depend on, a line a metric. */
  List<String> signatures() {
    return completions == null
        ? List.of()
        : completions.rows().stream()
            .map(rows -> "eval_" + rows.metric().name() + ": " + rows.signature())
            .toList();
  }
}
