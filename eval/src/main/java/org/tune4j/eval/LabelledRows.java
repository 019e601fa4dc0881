package org.tune4j.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.eval.result.EvalRow;

/** What a task head says of labelled examples, as rows of an evaluation. */
public final class LabelledRows {
  private LabelledRows() {}

  /**
   * What was said of one example that has a target.
   *
   * @param text as a person reads it
   */
  public static EvalRow of(Prediction said, HeadTask task, String text) {
    String where = said.example().source();
    Target target = said.example().target().orElseThrow();
    List<String> names = task.labels().names();
    if (task instanceof HeadTask.Regression) {
      return new EvalRow.Value(where, text, target.numbers()[0], said.value());
    }
    if (task instanceof HeadTask.WordLabels) {
      return words(said, target, names, text);
    }
    List<String> predicted =
        task instanceof HeadTask.MultiLabel
            ? said.labels().stream().map(names::get).toList()
            : List.of(names.get(said.label(0)));
    Map<String, Double> probabilities = new LinkedHashMap<>();
    for (int label = 0; label < names.size(); label++) {
      probabilities.put(names.get(label), (double) said.outputs()[0][label]);
    }
    return new EvalRow.Label(where, text, expected(target, names), predicted, probabilities);
  }

  private static List<String> expected(Target target, List<String> names) {
    if (target instanceof Target.OneLabel one) {
      return List.of(names.get(one.id()));
    }
    List<String> expected = new ArrayList<>();
    float[] numbers = target.numbers();
    for (int label = 0; label < numbers.length; label++) {
      if (numbers[label] > 0.5) {
        expected.add(names.get(label));
      }
    }
    return expected;
  }

  private static EvalRow words(Prediction said, Target target, List<String> names, String text) {
    List<String> expected = new ArrayList<>();
    List<String> predicted = new ArrayList<>();
    float[] ids = target.numbers();
    for (int judged = 0; judged < said.tokens().length; judged++) {
      expected.add(names.get((int) ids[said.tokens()[judged]]));
      predicted.add(names.get(said.label(judged)));
    }
    return new EvalRow.Tags(said.example().source(), text, expected, predicted);
  }
}
