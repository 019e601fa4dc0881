package org.tune4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.eval.label.Average;
import org.tune4j.eval.label.EntityF1;
import org.tune4j.eval.label.LabelCounts;
import org.tune4j.eval.label.RegressionScores;
import org.tune4j.eval.label.TagScheme;

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
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("eval_loss", loss.mean());
    if (task instanceof HeadTask.Regression) {
      putNumbers(predictions, values);
    } else if (task instanceof HeadTask.WordLabels words) {
      putWords(predictions, words.labels(), values);
    } else {
      putTexts(predictions, values);
    }
    return values;
  }

  private void putTexts(List<Prediction> predictions, Map<String, Double> values) {
    LabelCounts counts = new LabelCounts(task.outputs());
    int right = 0;
    for (Prediction prediction : predictions) {
      boolean[] wanted = wanted(prediction.example().target().orElseThrow());
      boolean[] said = said(prediction);
      counts.add(wanted, said);
      right += Arrays.equals(wanted, said) ? 1 : 0;
    }
    values.put("eval_accuracy", (double) right / predictions.size());
    if (task instanceof HeadTask.MultiLabel) {
      putDefined("eval_f1_micro", counts.score(Average.MICRO).f1(), values);
    }
    putDefined("eval_f1_macro", counts.score(Average.MACRO).f1(), values);
  }

  private boolean[] wanted(Target target) {
    boolean[] wanted = new boolean[task.outputs()];
    if (target instanceof Target.OneLabel one) {
      wanted[one.id()] = true;
    } else {
      float[] numbers = target.numbers();
      for (int label = 0; label < numbers.length; label++) {
        wanted[label] = numbers[label] > 0.5;
      }
    }
    return wanted;
  }

  private boolean[] said(Prediction prediction) {
    boolean[] said = new boolean[task.outputs()];
    if (task instanceof HeadTask.MultiLabel) {
      prediction.labels().forEach(label -> said[label] = true);
    } else {
      said[prediction.label(0)] = true;
    }
    return said;
  }

  private static void putWords(
      List<Prediction> predictions, Labels labels, Map<String, Double> values) {
    boolean tagged = labels.names().stream().allMatch(name -> name.matches("O|[BI]-.+"));
    EntityF1 entities = new EntityF1(TagScheme.CONLL);
    long right = 0;
    long words = 0;
    for (Prediction prediction : predictions) {
      List<String> wanted = new ArrayList<>();
      List<String> said = new ArrayList<>();
      float[] target = prediction.example().target().orElseThrow().numbers();
      for (int judged = 0; judged < prediction.tokens().length; judged++) {
        int id = (int) target[prediction.tokens()[judged]];
        wanted.add(labels.names().get(id));
        said.add(labels.names().get(prediction.label(judged)));
        right += prediction.label(judged) == id ? 1 : 0;
        words++;
      }
      if (tagged) {
        entities.add(wanted, said);
      }
    }
    values.put("eval_accuracy", (double) right / words);
    if (tagged) {
      putDefined("eval_f1", entities.score(Average.MICRO).f1(), values);
    }
  }

  private static void putNumbers(List<Prediction> predictions, Map<String, Double> values) {
    double[] said = predictions.stream().mapToDouble(Prediction::value).toArray();
    double[] wanted =
        predictions.stream()
            .mapToDouble(p -> p.example().target().orElseThrow().numbers()[0])
            .toArray();
    putDefined("eval_pearson", RegressionScores.of(wanted, said).pearson(), values);
  }

  private static void putDefined(String name, double value, Map<String, Double> values) {
    if (!Double.isNaN(value)) {
      values.put(name, value);
    }
  }
}
