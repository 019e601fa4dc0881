package org.tune4j.engine.adapt;

import java.util.List;
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
 * run, step and block.
 *
 * @param kernel name of the kernel file
 * @param literals the arguments that are fixed for this group, as kernel text, comma separated; not
 *     empty
 * @param parameters the adapter's tensors here, in the order of {@code p}
 * @param saved what forward saves for backward, in that order
 */
public record SiteKernel(
    String kernel, String literals, List<TensorSlot> parameters, List<Saved> saved) {
  /**
   * A tensor {@code [tokens, columns]} that is kept.
   *
   * @param mask whether its entries are bytes; else they have the type that the model computes in
   */
  public record Saved(long columns, boolean mask) {}

  public SiteKernel {
    parameters = List.copyOf(parameters);
    saved = List.copyOf(saved);
  }

  /** Bytes that are kept of a token, in a model that computes with numbers of that size. */
  public long savedBytes(int bytes) {
    return saved.stream().mapToLong(each -> each.columns() * (each.mask() ? 1 : bytes)).sum();
  }
}
