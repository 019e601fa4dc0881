package org.tune4j.engine.tokenize.jinja;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Whether a body uses special names without setting them first. */
final class NameUse {
  private final Set<String> names;
  private final Set<String> used = new HashSet<>();

  private NameUse(Set<String> names) {
    this.names = new HashSet<>(names);
  }

  /** Those of the names that are used before they are set, in the order of the text. */
  static Set<String> undeclared(Collection<? extends Node> nodes, String... names) {
    NameUse use = new NameUse(Set.of(names));
    nodes.forEach(use::visit);
    return use.used;
  }

  private void visit(Node node) {
    if (node instanceof Expression.Name name) {
      if (name.use() == Expression.Use.LOAD && names.contains(name.name())) {
        used.add(name.name());
      } else {
        names.remove(name.name());
      }
    }
    node.children().forEach(this::visit);
  }
}
