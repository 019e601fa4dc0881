package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The variables of a block that has its own, and what each is when the block begins. This follows
 * jinja2's {@code idtracking}, because its rules are what templates rely on: what is set in a loop
 * stays there, what is set under an {@code if} does not.
 */
final class Symbols {
  /** What a variable is when its block begins. */
  private enum Start {
    PARAMETER,
    /** What the template was given under the name. */
    GIVEN,
    /** What the variable of that name around the block is. */
    COPY,
    MISSING
  }

  /** A start, and for a copy the variable that is copied. */
  private record Load(Start start, String name, Slot original) {}

  private final Symbols parent;
  private final FunctionScope function;

  /** A slot for each name; shared by the copies that are made for branches. */
  private final Map<String, Slot> slots;

  private final Map<String, Slot> references;
  private final Map<Slot, Load> loads;
  private final Set<String> stores;

  Symbols(Symbols parent, FunctionScope function) {
    this(
        parent, function, new HashMap<>(), new HashMap<>(), new LinkedHashMap<>(), new HashSet<>());
  }

  private Symbols(
      Symbols parent,
      FunctionScope function,
      Map<String, Slot> slots,
      Map<String, Slot> references,
      Map<Slot, Load> loads,
      Set<String> stores) {
    this.parent = parent;
    this.function = function;
    this.slots = slots;
    this.references = references;
    this.loads = loads;
    this.stores = stores;
  }

  private Symbols copy() {
    return new Symbols(
        parent,
        function,
        slots,
        new HashMap<>(references),
        new LinkedHashMap<>(loads),
        new HashSet<>(stores));
  }

  /** The variable of a name, here or in the blocks around; null if nobody mentions it. */
  private Slot find(String name) {
    for (Symbols at = this; at != null; at = at.parent) {
      Slot slot = at.references.get(name);
      if (slot != null) {
        return slot;
      }
    }
    return null;
  }

  /** The variable that a name means after everything was visited. */
  Slot slot(String name) {
    Slot slot = find(name);
    if (slot == null) {
      load(name);
      slot = find(name);
    }
    return slot;
  }

  private void define(String name, Start start, Slot original) {
    Slot slot = slots.computeIfAbsent(name, any -> function.newSlot());
    if (slots.size() > Limits.MAX_NAMES) {
      throw Failure.syntax("more than " + Limits.MAX_NAMES + " variables in one block", 1);
    }
    references.put(name, slot);
    loads.put(slot, new Load(start, name, original));
  }

  Slot declareParameter(String name) {
    stores.add(name);
    define(name, Start.PARAMETER, null);
    return references.get(name);
  }

  private void load(String name) {
    if (find(name) == null) {
      define(name, Start.GIVEN, null);
    }
  }

  private void store(String name) {
    stores.add(name);
    if (!references.containsKey(name)) {
      Slot outer = parent == null ? null : parent.find(name);
      define(name, outer == null ? Start.MISSING : Start.COPY, outer);
    }
  }

  /** Learns all names that a block mentions, those of blocks within it excepted. */
  void visit(Collection<? extends Node> nodes) {
    nodes.forEach(this::visit);
  }

  private void visit(Node node) {
    if (node instanceof Expression.Name name) {
      use(name, name.use());
    } else if (node instanceof Expression.NamespaceTarget target) {
      load(target.namespace());
    } else if (node instanceof Statement.If branches) {
      visit(branches);
    } else if (node instanceof Statement.MacroDefinition macro) {
      store(macro.name());
    } else if (node instanceof Statement.Assign assign) {
      visit(assign.value());
      visit(assign.target());
    } else if (node instanceof Statement.AssignBlock block) {
      visit(block.target());
    } else if (node instanceof Statement.For loop) {
      visit(loop.items());
    } else if (node instanceof Statement.CallBlock block) {
      visit(block.call());
    } else if (node instanceof Statement.FilterBlock block) {
      visit(block.filter());
    } else if (node instanceof Statement.With with) {
      visit(with.values());
    } else if (!(node instanceof Statement.Generation)) {
      visit(node.children());
    }
  }

  private void use(Expression.Name name, Expression.Use use) {
    switch (use) {
      case LOAD -> load(name.name());
      case STORE -> store(name.name());
      case PARAMETER -> declareParameter(name.name());
      default -> throw new IllegalStateException();
    }
  }

  /** Learns the names of a target as parameters: a loop sets them anew each time. */
  void visitLoopTarget(Expression target) {
    if (target instanceof Expression.Name name) {
      declareParameter(name.name());
    }
    target.children().forEach(item -> visitLoopTarget((Expression) item));
  }

  private void visit(Statement.If branches) {
    visit(branches.test());
    List<Symbols> copies = new ArrayList<>();
    for (List<? extends Node> branch :
        List.of(branches.body(), branches.alternatives(), branches.otherwise())) {
      Symbols copy = copy();
      copy.visit(branch);
      copies.add(copy);
    }
    merge(copies);
  }

  /** A variable that only some branches set is elsewhere what it would be without them. */
  private void merge(List<Symbols> branches) {
    Set<String> added = new HashSet<>();
    branches.forEach(branch -> added.addAll(branch.stores));
    added.removeAll(stores);
    for (Symbols branch : branches) {
      references.putAll(branch.references);
      loads.putAll(branch.loads);
      stores.addAll(branch.stores);
    }
    for (String name : added) {
      Slot outer = parent == null ? null : parent.find(name);
      loads.put(find(name), new Load(outer == null ? Start.GIVEN : Start.COPY, name, outer));
    }
  }

  /** Prepares the variables when the block begins. */
  void begin(Frame frame) {
    for (Map.Entry<Slot, Load> entry : loads.entrySet()) {
      Load load = entry.getValue();
      switch (load.start()) {
        case GIVEN -> frame.set(entry.getKey(), frame.runtime().variable(load.name()));
        case COPY -> frame.set(entry.getKey(), frame.get(load.original()));
        case MISSING -> frame.set(entry.getKey(), null);
        default -> {}
      }
    }
  }

  /** Forgets the variables when the block ends. */
  void end(Frame frame) {
    loads.keySet().forEach(slot -> frame.set(slot, null));
  }
}
