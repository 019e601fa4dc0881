package org.tune4j.engine.model;

import static org.tune4j.engine.model.KernelText.line;
import static org.tune4j.engine.model.KernelText.method;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.adapt.VirtualTokens;

/**
 * The tensors that a piece of a program takes, in the order in which its text names them: {@code w}
 * weights, {@code p} adapter parameters, {@code g} gradients.
 */
final class ProgramLists {
  private final Adapter adapter;
  private final Predicate<TensorSlot> trained;
  private final Function<TensorSlot, List<TensorSlot>> held;
  final List<TensorSlot> w = new ArrayList<>();
  final List<TensorSlot> p = new ArrayList<>();
  final List<TensorSlot> g = new ArrayList<>();
  private final List<TensorSlot> derived = new ArrayList<>();
  private final List<String> derivations = new ArrayList<>();

  /**
   * @param adapter null for none
   * @param held the tensors that stand for a matrix
   */
  ProgramLists(
      Adapter adapter, Predicate<TensorSlot> trained, Function<TensorSlot, List<TensorSlot>> held) {
    this.adapter = adapter;
    this.trained = trained;
    this.held = held;
  }

  Adapter adapter() {
    return adapter;
  }

  /** Whether keys and values of virtual tokens stand before the text. */
  boolean prefixed() {
    return virtualTokens().filter(v -> v.kind() == VirtualTokens.Kind.PREFIX).isPresent();
  }

  /** What is learned to stand before each text. */
  Optional<VirtualTokens> virtualTokens() {
    return adapter == null ? Optional.empty() : adapter.virtualTokens();
  }

  String w(TensorSlot slot) {
    return name("w", w, slot);
  }

  /** Names of the tensors that kernels take for a matrix: {@code w} of a group without its bias. */
  List<String> matrix(TensorSlot slot) {
    return trains(slot) ? List.of(w(slot)) : held.apply(slot).stream().map(this::w).toList();
  }

  String p(TensorSlot slot) {
    return name("p", p, slot);
  }

  String g(TensorSlot slot) {
    return name("g", g, slot);
  }

  /**
   * Notes tensors that are to be derived before the others are used.
   *
   * @param call kernel text of what gives them
   */
  void derive(List<TensorSlot> slots, String call) {
    derived.addAll(slots);
    derivations.add(call);
  }

  /** The tensors that are derived, in the order in which {@link #deriveMethod} gives them. */
  List<TensorSlot> derived() {
    return derived;
  }

  /**
   * A method {@code NAME_derive} that gives what is derived; nothing where nothing is. Of {@code p}
   * it reads parameters only.
   */
  String deriveMethod(String name) {
    return derived.isEmpty()
        ? ""
        : method(name + "_derive", "w: List[Tensor], p: List[Tensor]", "List[Tensor]")
            + line("return %s", String.join(" + ", derivations));
  }

  /** Kernel text of a list of tensors. */
  static String list(List<String> names) {
    return names.isEmpty() ? "annotate(List[Tensor], [])" : "[" + String.join(", ", names) + "]";
  }

  boolean trains(TensorSlot slot) {
    return trained.test(slot);
  }

  private static String name(String list, List<TensorSlot> slots, TensorSlot slot) {
    int at = slots.indexOf(slot);
    if (at < 0) {
      at = slots.size();
      slots.add(slot);
    }
    return list + "[" + at + "]";
  }
}
