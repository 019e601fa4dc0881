package org.tune4j.eval.robustness;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.DataException;

/**
 * The classifier as one attack on one text sees it: how far it is from the right label. Every text
 * counts as a query, those that were asked before too, as TextAttack counts them; the classifier is
 * asked once.
 */
final class Victim {
  private final TextClassifier classifier;
  private final int label;
  private final Map<String, float[]> known = new HashMap<>();
  private int queries;

  /**
   * @param label the right one's id
   */
  Victim(TextClassifier classifier, int label) {
    this.classifier = classifier;
    this.label = label;
  }

  /** What was asked for already. */
  void tell(String text, float[] probabilities) {
    known.put(text, probabilities);
  }

  TextClassifier classifier() {
    return classifier;
  }

  /** The right label's id. */
  int label() {
    return label;
  }

  /** Texts that were asked for so far. */
  int queries() {
    return queries;
  }

  /** What is said of texts, all asked for at once. */
  List<Answer> ask(List<AttackedText> texts) {
    double[] scores = scores(texts.stream().map(AttackedText::text).toList());
    List<Answer> answers = new ArrayList<>();
    for (int i = 0; i < scores.length; i++) {
      int said = mostProbable(known.get(texts.get(i).text()));
      answers.add(new Answer(texts.get(i), said, scores[i], said != label));
    }
    return answers;
  }

  /** One less the probability of the right label, of each text. */
  double[] scores(List<String> texts) {
    queries += texts.size();
    Set<String> unknown = new LinkedHashSet<>(texts);
    unknown.removeAll(known.keySet());
    List<String> asked = List.copyOf(unknown);
    float[][] said = probabilities(classifier, asked);
    for (int i = 0; i < said.length; i++) {
      known.put(asked.get(i), said[i]);
    }
    return texts.stream().mapToDouble(text -> 1 - known.get(text)[label]).toArray();
  }

  /**
   * What a classifier says of texts.
   *
   * @throws DataException if these are no probabilities of its labels
   */
  static float[][] probabilities(TextClassifier classifier, List<String> texts) {
    if (texts.isEmpty()) {
      return new float[0][];
    }
    float[][] said = classifier.probabilities(texts);
    if (said.length != texts.size()) {
      throw new DataException(
          "the classifier was asked for %d texts and answered %d"
              .formatted(texts.size(), said.length));
    }
    for (float[] each : said) {
      if (each.length != classifier.labels().size()) {
        throw new DataException(
            "the classifier has %d labels and gave %d probabilities"
                .formatted(classifier.labels().size(), each.length));
      }
      for (float probability : each) {
        if (!(probability >= 0 && probability <= 1)) {
          throw new DataException(
              "the classifier gave the probability " + probability + ", wanted 0 to 1");
        }
      }
    }
    return said;
  }

  /** The most probable label; the first one of equals. */
  static int mostProbable(float[] probabilities) {
    int best = 0;
    for (int label = 1; label < probabilities.length; label++) {
      best = probabilities[label] > probabilities[best] ? label : best;
    }
    return best;
  }
}
