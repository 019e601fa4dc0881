package org.tune4j.engine.objective;

/** A label a labelled token: transformers' {@code ForTokenClassification}. */
public record TokenClassification(HeadLoss.CrossEntropy loss) implements HeadObjective {}
