package org.tune4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.generate.ContinuationScorer;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.eval.uncertainty.Distributions;

/**
 * Questions answered by the choice that a model finds most probable, as lm-evaluation-harness does
 * it: {@code eval_acc} by the log-likelihood of a choice's tokens, {@code eval_acc_norm} by that
 * divided by the choice's characters. A choice stands behind its question and a delimiter; the
 * tokens of both are those of the whole text, and a question's own are as many as it has alone.
 */
public final class MultipleChoiceEvaluation implements Evaluation {
  private final List<Encoded> questions = new ArrayList<>();
  private List<double[]> logLikelihoods = List.of();

  private record Encoded(ChoiceQuestion question, int[] context, List<int[]> continuations) {}

  /**
   * An evaluation.
   *
   * @throws ConfigException if there is no question
   * @throws DataException if a choice adds no token to its question
   */
  public MultipleChoiceEvaluation(Tokenizer tokenizer, List<ChoiceQuestion> questions) {
    if (questions.isEmpty()) {
      throw new ConfigException("evaluation: there is no question");
    }
    for (ChoiceQuestion question : questions) {
      this.questions.add(encoded(tokenizer, question));
    }
  }

  private static Encoded encoded(Tokenizer tokenizer, ChoiceQuestion question) {
    // Spaces at its end would change how a choice's first word is cut.
    String context = question.context().stripTrailing();
    String spaces = question.context().substring(context.length());
    int[] ids = tokenizer.encode(context, true).ids();
    List<int[]> continuations = new ArrayList<>();
    for (String choice : question.choices()) {
      int[] whole = tokenizer.encode(context + spaces + question.delimiter() + choice, true).ids();
      if (whole.length <= ids.length) {
        throw new DataException(
            "the choice '%s' adds no token to its question '%s'".formatted(choice, context));
      }
      continuations.add(Arrays.copyOfRange(whole, ids.length, whole.length));
    }
    return new Encoded(question, ids, continuations);
  }

  @Override
  public Map<String, Double> evaluate(BoundModel model) {
    ContinuationScorer scorer = new ContinuationScorer(model);
    List<double[]> all = new ArrayList<>();
    int right = 0;
    int rightByLength = 0;
    for (Encoded each : questions) {
      double[] sums = scorer.logLikelihoods(each.context(), each.continuations());
      double[] means = sums.clone();
      for (int i = 0; i < means.length; i++) {
        String choice = each.question().choices().get(i);
        means[i] /= choice.codePointCount(0, choice.length());
      }
      right += Distributions.top(sums) == each.question().answer() ? 1 : 0;
      rightByLength += Distributions.top(means) == each.question().answer() ? 1 : 0;
      all.add(sums);
    }
    logLikelihoods = List.copyOf(all);
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("eval_acc", (double) right / questions.size());
    values.put("eval_acc_norm", (double) rightByLength / questions.size());
    return values;
  }

  /** Of the latest evaluation: for each question the log-likelihood of each choice, in nats. */
  public List<double[]> logLikelihoods() {
    return logLikelihoods;
  }
}
