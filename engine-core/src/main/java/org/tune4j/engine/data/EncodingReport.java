package org.tune4j.engine.data;

import java.util.Map;

/**
 * What became of the rows of a source.
 *
 * @param rows rows that were read
 * @param kept rows that will be trained on, the cut ones included
 * @param cut rows that lost tokens to the greatest length
 * @param cutLabels labels that were lost with them, those of dropped rows included
 * @param bad rows that cannot be used
 * @param dropped rows that were left out, by reason
 */
public record EncodingReport(
    long rows, long kept, long cut, long cutLabels, long bad, Map<String, Long> dropped) {
  public EncodingReport {
    dropped = Map.copyOf(dropped);
  }
}
