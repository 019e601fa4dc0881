package org.tune4j.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.eval.result.EvalRow;
import org.tune4j.eval.result.RowFigure;
import org.tune4j.eval.result.RowFigures;

/**
 * What a task head makes of held-out examples: {@code eval_loss}, the loss it learns by, and
 *
 * <ul>
 *   <li>of one label a text: {@code eval_accuracy} and {@code eval_f1_macro};
 *   <li>of many: {@code eval_accuracy}, the share of texts all of whose labels are right, {@code
 *       eval_f1_micro} and {@code eval_f1_macro};
 *   <li>of labelled tokens: {@code eval_accuracy}, and {@code eval_f1} of the entities where labels
 *       are tags {@code B-X} and {@code I-X}: seqeval's default;
 *   <li>of numbers: {@code eval_pearson}, where both vary. The loss is the mean squared error.
 * </ul>
 */
public final class LabelEvaluation implements Evaluation {
  private final List<EncodedExample> examples;
  private final HeadPredictor predictor;
  private final HeadTask task;

  /**
   * An evaluation.
   *
   * @param task what the examples' targets mean
   * @param objective what is learned
   * @throws ConfigException if no example has a label
   */
  public LabelEvaluation(List<EncodedExample> examples, HeadTask task, HeadObjective objective) {
    this.examples = examples.stream().filter(example -> example.labelCount() > 0).toList();
    this.predictor = new HeadPredictor(objective);
    this.task = task;
    if (this.examples.isEmpty()) {
      throw new ConfigException(
          "evaluation: none of " + examples.size() + " held-out examples has a label");
    }
  }

  @Override
  public Map<String, Double> evaluate(BoundModel model) {
    List<Prediction> predictions = predictor.predict(model, examples);
    LossSum loss = predictions.stream().map(Prediction::loss).reduce(LossSum.NONE, LossSum::plus);
    List<EvalRow> rows = predictions.stream().map(said -> LabelledRows.of(said, task, "")).toList();
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("eval_loss", loss.mean());
    for (RowFigure figure : RowFigures.of(rows, List.of())) {
      if (shown().contains(figure.name()) && !Double.isNaN(figure.value())) {
        values.put("eval_" + figure.name(), figure.value());
      }
    }
    return values;
  }

  private Set<String> shown() {
    if (task instanceof HeadTask.Regression) {
      return Set.of("pearson");
    }
    return task instanceof HeadTask.MultiLabel
        ? Set.of("accuracy", "f1_micro", "f1_macro")
        : Set.of("accuracy", "f1_macro", "f1");
  }
}
