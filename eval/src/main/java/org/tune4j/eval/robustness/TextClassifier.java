package org.tune4j.eval.robustness;

import java.util.List;

/** What is attacked: something that says how probable each label of a text is. */
public interface TextClassifier {
  /** The labels that it tells apart, in the order of their ids. */
  List<String> labels();

  /**
   * The probabilities of labels, of all texts at once: that is where an attack spends its time.
   *
   * @param texts none of them blank
   * @return {@code [texts][labels]}, each row adding up to 1
   * @throws org.tune4j.engine.DataException if a text cannot be read
   */
  float[][] probabilities(List<String> texts);
}
