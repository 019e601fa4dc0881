package org.tune4j.engine.train;

/**
 * What a run is about to do.
 *
 * @param firstStep updates that were made already, in a run that goes on
 * @param totalSteps updates of the whole run
 * @param trainedParameters numbers that are trained
 * @param allParameters numbers of the model, those of an adapter included
 */
public record RunStart(
    long firstStep, long totalSteps, long trainedParameters, long allParameters) {}
