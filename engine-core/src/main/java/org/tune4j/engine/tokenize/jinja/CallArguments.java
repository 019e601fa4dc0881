package org.tune4j.engine.tokenize.jinja;

import java.util.List;

/**
 * The arguments written in a call.
 *
 * @param more what stands behind a star, or null
 * @param moreNamed what stands behind two stars, or null
 */
record CallArguments(
    List<Expression> positional, List<Named> named, Expression more, Expression moreNamed) {
  static final CallArguments NONE = new CallArguments(List.of(), List.of(), null, null);

  /** {@code name=value}. */
  record Named(String name, Expression value) {}

  List<Node> children() {
    return Node.all(positional, named.stream().map(Named::value).toList(), more, moreNamed);
  }
}
