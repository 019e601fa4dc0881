package org.tune4j.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.engine.train.Evaluation;

/**
 * What a task head makes of held-out examples: {@code eval_loss}, the loss it learns by, and {@code
 * eval_accuracy}, the share of texts whose label is right, or all of whose labels are, or of
 * labelled tokens. There is none of numbers: of them the loss is the mean squared error.
 */
public final class LabelEvaluation implements Evaluation {
  private final List<EncodedExample> examples;
  private final HeadPredictor predictor;

  /**
   * An evaluation.
   *
   * @param objective what is learned
   * @throws ConfigException if no example has a label
   */
  public LabelEvaluation(List<EncodedExample> examples, HeadObjective objective) {
    this.examples = examples.stream().filter(example -> example.labelCount() > 0).toList();
    this.predictor = new HeadPredictor(objective);
    if (this.examples.isEmpty()) {
      throw new ConfigException(
          "evaluation: none of " + examples.size() + " held-out examples has a label");
    }
  }

  @Override
  public Map<String, Double> evaluate(BoundModel model) {
    LossSum loss = LossSum.NONE;
    List<Boolean> right = new ArrayList<>();
    for (Prediction prediction : predictor.predict(model, examples)) {
      loss = loss.plus(prediction.loss());
      judge(prediction, right);
    }
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("eval_loss", loss.mean());
    if (!right.isEmpty()) {
      values.put(
          "eval_accuracy", (double) right.stream().filter(each -> each).count() / right.size());
    }
    return values;
  }

  private static void judge(Prediction prediction, List<Boolean> right) {
    Target target = prediction.example().target().orElseThrow();
    if (target instanceof Target.OneLabel one) {
      right.add(prediction.label(0) == one.id());
    } else if (target instanceof Target.ManyLabels many) {
      right.add(
          prediction
              .labels()
              .equals(
                  IntStream.range(0, many.numbers().length)
                      .filter(label -> many.numbers()[label] > 0.5)
                      .boxed()
                      .toList()));
    } else if (target instanceof Target.TokenLabels tokens) {
      for (int judged = 0; judged < prediction.tokens().length; judged++) {
        right.add(prediction.label(judged) == tokens.ids()[prediction.tokens()[judged]]);
      }
    }
  }
}
