package org.tune4j.engine.tokenize.jinja;

import java.util.List;

/**
 * What a template wrote.
 *
 * @param ends of the runs of characters of one origin, as indexes of Java chars; ascending, the
 *     last is the length of the text
 * @param origins of the runs; see {@link Origin}
 * @param generations what stands inside {@code {% generation %}} blocks, in the order of the text
 */
public record Output(String text, int[] ends, int[] origins, List<Span> generations) {
  /**
   * A part of a text.
   *
   * @param start index of its first Java char
   * @param end index behind its last
   */
  public record Span(int start, int end) {}
}
