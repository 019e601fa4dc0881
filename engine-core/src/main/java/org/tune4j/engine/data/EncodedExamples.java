package org.tune4j.engine.data;

import java.util.List;

/**
 * The examples of a source, ready to be batched.
 *
 * @param examples in the order of the source
 * @param report what became of the source's rows
 */
public record EncodedExamples(List<EncodedExample> examples, EncodingReport report) {
  public EncodedExamples {
    examples = List.copyOf(examples);
  }
}
