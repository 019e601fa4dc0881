package org.tune4j.engine.objective;

/**
 * A label, labels or a number a text: transformers' {@code ForSequenceClassification}.
 *
 * @param judgedBy the token by which a text is judged
 * @param loss cross entropy of one label, binary cross entropy of many, squared error of a number
 */
public record SequenceClassification(JudgedToken judgedBy, HeadLoss loss)
    implements HeadObjective {}
