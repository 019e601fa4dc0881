package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Something compiled that a value can be assigned to. */
interface Target {
  void assign(Frame frame, Object value);

  /** Refuses the assignment before its value is computed, as jinja2 does. */
  default void check(Frame frame) {}

  static Target compile(Expression expression, Scope scope) {
    if (expression instanceof Expression.Name name) {
      Slot slot = scope.symbols().slot(name.name());
      return (frame, value) -> frame.set(slot, value);
    }
    if (expression instanceof Expression.NamespaceTarget target) {
      return new NamespaceAttribute(scope.symbols().slot(target.namespace()), target.attribute());
    }
    List<Target> items = new ArrayList<>();
    for (Node item : expression.children()) {
      items.add(compile((Expression) item, scope));
    }
    return new Several(items);
  }

  /** An attribute of the one thing that templates can change. */
  record NamespaceAttribute(Slot slot, String name) implements Target {
    @Override
    public void check(Frame frame) {
      if (!(frame.get(slot) instanceof NamespaceValue)) {
        throw Failure.error("cannot assign attribute on non-namespace object");
      }
    }

    @Override
    public void assign(Frame frame, Object value) {
      check(frame);
      ((NamespaceValue) frame.get(slot)).set(name, value);
    }
  }

  /** As many targets as the value has items. */
  record Several(List<Target> items) implements Target {
    @Override
    public void check(Frame frame) {
      items.forEach(item -> item.check(frame));
    }

    @Override
    public void assign(Frame frame, Object value) {
      List<Object> values = new ArrayList<>();
      Iterator<Object> iterator = Iteration.iterator(value);
      while (iterator.hasNext() && values.size() <= items.size()) {
        values.add(iterator.next());
      }
      if (values.size() > items.size()) {
        throw Failure.error("too many values to unpack (expected " + items.size() + ")");
      }
      if (values.size() < items.size()) {
        throw Failure.error(
            "not enough values to unpack (expected "
                + items.size()
                + ", got "
                + values.size()
                + ")");
      }
      for (int i = 0; i < values.size(); i++) {
        items.get(i).assign(frame, values.get(i));
      }
    }
  }
}
