package org.tune4j.engine.objective;

import org.tune4j.engine.ConfigException;
import org.tune4j.engine.model.ClassificationHead.Reads;

/**
 * A label, labels or a number a text: transformers' {@code ForSequenceClassification}.
 *
 * @param judgedBy the token by which a text is judged: {@code FIRST} or {@code LAST}
 * @param loss cross entropy of one label, binary cross entropy of many, squared error of a number
 */
public record SequenceClassification(Reads judgedBy, HeadLoss loss) implements HeadObjective {
  public SequenceClassification {
    if (judgedBy == Reads.EACH) {
      throw new ConfigException("a text is judged by its FIRST or its LAST token, not by EACH");
    }
  }
}
