package org.tune4j.eval.task;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.eval.ChoiceQuestion;
import org.tune4j.eval.MultipleChoiceEvaluation;
import org.tune4j.eval.result.EvalRow;

/** How probable a model finds each of the answers to choose from. */
final class ChoiceRows implements TaskRows {
  private final List<String> where;
  private final List<ChoiceQuestion> questions;
  private final MultipleChoiceEvaluation evaluation;

  ChoiceRows(Tokenizer tokenizer, List<String> where, List<ChoiceQuestion> questions) {
    this.where = where;
    this.questions = questions;
    this.evaluation = new MultipleChoiceEvaluation(tokenizer, questions);
  }

  @Override
  public List<EvalRow> of(BoundModel model) {
    evaluation.evaluate(model);
    List<EvalRow> rows = new ArrayList<>();
    for (int i = 0; i < questions.size(); i++) {
      ChoiceQuestion question = questions.get(i);
      rows.add(
          new EvalRow.Choice(
              where.get(i),
              question.context(),
              question.choices(),
              question.answer(),
              Arrays.stream(evaluation.logLikelihoods().get(i)).boxed().toList()));
    }
    return rows;
  }
}
