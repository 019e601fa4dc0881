package org.tune4j.eval.robustness;

import java.util.List;

/** A classifier whose loss can be differentiated by what it reads, as white-box attacks need. */
public interface DifferentiableClassifier extends TextClassifier {
  /** The words that the classifier reads as one token each, and that can take another's place. */
  List<String> vocabulary();

  /**
   * What the loss of a label changes by, to first order, if one word became another.
   *
   * @param label the id whose cross entropy is differentiated
   * @param starts where words begin in the text: index of a Java {@code char}
   * @param ends behind their last chars
   * @return {@code [words][vocabulary]}; negative infinity where the swap cannot be judged, because
   *     a word is not one token or the other is not read as one in its place
   */
  float[][] swapGains(String text, int label, int[] starts, int[] ends);
}
