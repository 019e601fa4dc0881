package org.tune4j.engine.model;

import java.util.List;
import java.util.Optional;

/**
 * Scores of labels, or one value.
 *
 * @param dense BERT's pooler, or the like
 * @param reads whose vector is judged
 * @param labels their names, in the order of scores
 */
public record ClassificationHead(
    Optional<LinearLayer> dense, LinearLayer out, Reads reads, List<String> labels)
    implements HeadSpec {
  /** Whose vector is judged. */
  public enum Reads {
    /** The first token's, for the text. */
    FIRST,
    /** The last token's, for the text. */
    LAST,
    /** Each token's, for itself. */
    EACH
  }

  public ClassificationHead {
    labels = List.copyOf(labels);
    if (labels.size() != out.outputs()) {
      throw new IllegalArgumentException(out.outputs() + " scores of labels " + labels);
    }
  }
}
