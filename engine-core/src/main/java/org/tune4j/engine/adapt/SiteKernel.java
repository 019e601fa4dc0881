package org.tune4j.engine.adapt;

import java.util.List;
import java.util.stream.Stream;
import org.tune4j.engine.model.TensorSlot;

/**
 * What an adapter computes in place of a linear group. The kernel file has the functions
 *
 * <pre>
 * forward(x, w, p, LITERALS, seed) -> (y, saved)
 * backward(gy, x, w, p, g, saved, LITERALS, seed) -> gx       adds to g, the gradients of p
 * </pre>
 *
 * where {@code w} is the group's weight and bias and {@code seed} an INT64 scalar that differs by
 * run, step and block. One with derived tensors has also
 *
 * <pre>
 * derive(w, p, LITERALS) -> the derived tensors
 * </pre>
 *
 * where {@code p} are the masters of the parameters. It is called once after each change of these,
 * so what it computes costs nothing in generation.
 *
 * @param kernel name of the kernel file
 * @param literals the arguments that are fixed for this group, as kernel text, comma separated; not
 *     empty
 * @param parameters the adapter's tensors here: the first of {@code p}, and all of {@code g}
 * @param saved what forward saves for backward, in that order
 * @param derived what follows from weights and parameters and has no gradient: the next of {@code
 *     p}
 * @param constants those of {@link Adapter#constants} that are read here: the last of {@code p}
 * @param workingColumns numbers of a token that backward holds, besides the gradients that it takes
 *     and gives
 */
public record SiteKernel(
    String kernel,
    String literals,
    List<TensorSlot> parameters,
    List<Saved> saved,
    List<TensorSlot> derived,
    List<TensorSlot> constants,
    long workingColumns) {
  /**
   * A tensor {@code [tokens, columns]} that is kept.
   *
   * @param mask whether its entries are bytes; else they have the type that the model computes in
   */
  public record Saved(long columns, boolean mask) {}

  public SiteKernel {
    parameters = List.copyOf(parameters);
    saved = List.copyOf(saved);
    derived = List.copyOf(derived);
    constants = List.copyOf(constants);
  }

  /** One whose {@code p} are its parameters. */
  public SiteKernel(
      String kernel, String literals, List<TensorSlot> parameters, List<Saved> saved) {
    this(kernel, literals, parameters, saved, List.of(), List.of(), 0);
  }

  /** The same with what its backward pass holds. */
  public SiteKernel holding(long columns) {
    return new SiteKernel(kernel, literals, parameters, saved, derived, constants, columns);
  }

  /** All of {@code p}. */
  public List<TensorSlot> inputs() {
    return Stream.of(parameters, derived, constants).flatMap(List::stream).toList();
  }

  /** Bytes that are kept of a token, in a model that computes with numbers of that size. */
  public long savedBytes(int bytes) {
    return saved.stream().mapToLong(each -> each.columns() * (each.mask() ? 1 : bytes)).sum();
  }
}
