package org.tune4j.eval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
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
import org.tune4j.eval.LabelF1.Entity;

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
      putPearson(predictions, values);
    } else if (task instanceof HeadTask.WordLabels words) {
      putWords(predictions, words.labels(), values);
    } else {
      putTexts(predictions, values);
    }
    return values;
  }

  private void putTexts(List<Prediction> predictions, Map<String, Double> values) {
    LabelF1 f1 = new LabelF1(task.outputs());
    int right = 0;
    for (Prediction prediction : predictions) {
      boolean many = task instanceof HeadTask.MultiLabel;
      List<Integer> said = many ? prediction.labels() : List.of(prediction.label(0));
      List<Integer> wanted = wanted(prediction.example().target().orElseThrow());
      f1.add(wanted, said);
      right += said.equals(wanted) ? 1 : 0;
    }
    values.put("eval_accuracy", (double) right / predictions.size());
    if (task instanceof HeadTask.MultiLabel) {
      values.put("eval_f1_micro", f1.micro());
    }
    values.put("eval_f1_macro", f1.macro());
  }

  private static List<Integer> wanted(Target target) {
    if (target instanceof Target.OneLabel one) {
      return List.of(one.id());
    }
    float[] numbers = target.numbers();
    return IntStream.range(0, numbers.length).filter(i -> numbers[i] > 0.5).boxed().toList();
  }

  private static void putWords(
      List<Prediction> predictions, Labels labels, Map<String, Double> values) {
    long right = 0;
    long words = 0;
    long rightEntities = 0;
    long saidEntities = 0;
    long wantedEntities = 0;
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
      Set<Entity> wantedHere = LabelF1.entities(wanted);
      Set<Entity> saidHere = LabelF1.entities(said);
      wantedEntities += wantedHere.size();
      saidEntities += saidHere.size();
      rightEntities += saidHere.stream().filter(wantedHere::contains).count();
    }
    values.put("eval_accuracy", (double) right / words);
    if (labels.names().stream().anyMatch(name -> name.startsWith("B-") || name.startsWith("I-"))) {
      values.put("eval_f1", LabelF1.f1(rightEntities, saidEntities, wantedEntities));
    }
  }

  private static void putPearson(List<Prediction> predictions, Map<String, Double> values) {
    double[] said = predictions.stream().mapToDouble(Prediction::value).toArray();
    double[] wanted =
        predictions.stream()
            .mapToDouble(p -> p.example().target().orElseThrow().numbers()[0])
            .toArray();
    double saidMean = Arrays.stream(said).average().orElseThrow();
    double wantedMean = Arrays.stream(wanted).average().orElseThrow();
    double together = 0;
    double saidSquares = 0;
    double wantedSquares = 0;
    for (int i = 0; i < said.length; i++) {
      together += (said[i] - saidMean) * (wanted[i] - wantedMean);
      saidSquares += (said[i] - saidMean) * (said[i] - saidMean);
      wantedSquares += (wanted[i] - wantedMean) * (wanted[i] - wantedMean);
    }
    if (saidSquares > 0 && wantedSquares > 0) {
      values.put("eval_pearson", together / Math.sqrt(saidSquares * wantedSquares));
    }
  }
}
