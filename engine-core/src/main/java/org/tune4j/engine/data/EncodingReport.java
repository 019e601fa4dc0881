package org.tune4j.engine.data;

import java.util.Map;

/**
 * What became of the rows of a source.
 *
 * @param rows all rows
 * @param kept rows that will be trained on, the cut ones included
 * @param cut rows that lost tokens at their end, among them the end-of-sequence token
 * @param dropped rows that were left out, by reason
 */
public record EncodingReport(long rows, long kept, long cut, Map<String, Long> dropped) {
  public EncodingReport {
    dropped = Map.copyOf(dropped);
  }
}
