package org.tune4j.engine.model;

import java.util.Set;
import org.tune4j.engine.tensor.DType;

/**
 * What a model computes in.
 *
 * @param dtype the element type of weights and activations
 * @param fp32Modules what is kept in at least fp32 all the same
 */
public record Precision(DType dtype, Set<Fp32Module> fp32Modules) {
  public Precision {
    fp32Modules = Set.copyOf(fp32Modules);
  }

  /** One element type for all. */
  public static Precision of(DType dtype) {
    return new Precision(dtype, Set.of());
  }
}
