package org.tune4j.engine.model;

import java.util.HashSet;
import java.util.List;
import org.tune4j.engine.ConfigException;

/**
 * What a model is to tell, whatever it was trained for before.
 *
 * @param of what a label is given to
 * @param labels their names, in the order of the head's scores; one alone is a value (regression)
 */
public record ClassificationTask(Of of, List<String> labels) {
  /** What a label is given to. */
  public enum Of {
    /** A whole text. */
    SEQUENCE("ForSequenceClassification"),
    /** Each token. */
    TOKEN("ForTokenClassification");

    private final String suffix;

    Of(String suffix) {
      this.suffix = suffix;
    }

    /** What the field's class names of such models end with. */
    public String suffix() {
      return suffix;
    }
  }

  public ClassificationTask {
    labels = List.copyOf(labels);
    if (labels.isEmpty() || new HashSet<>(labels).size() < labels.size()) {
      throw new ConfigException("labels: wanted some, each once, found " + labels);
    }
  }
}
