package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** A part of a parsed template. */
sealed interface Node permits Expression, Statement {
  /** Line of the template, from 1. */
  int line();

  /** The parts of this part, in the order in which jinja2 visits them. */
  List<Node> children();

  /** Puts parts and lists of parts together; null stands for a part that is left out. */
  static List<Node> all(Object... parts) {
    List<Node> all = new ArrayList<>();
    for (Object part : parts) {
      if (part instanceof Node node) {
        all.add(node);
      } else if (part instanceof Collection<?> nodes) {
        nodes.forEach(node -> all.add((Node) node));
      } else if (part instanceof CallArguments arguments) {
        all.addAll(arguments.children());
      }
    }
    return all;
  }
}
