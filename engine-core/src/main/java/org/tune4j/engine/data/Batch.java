package org.tune4j.engine.data;

public record Batch(
    int[] tokenIds,
    int[] positions,
    int[] sequenceLengths,
    int[] labels,
    int labelCount,
    long[] exampleIds,
    float[] exampleWeights) {}
