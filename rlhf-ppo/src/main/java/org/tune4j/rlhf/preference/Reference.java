package org.tune4j.rlhf.preference;

import org.tune4j.engine.model.CausalLm;

/** Which model a policy is compared with. */
public sealed interface Reference {
  /** The model without its adapter: takes no memory. */
  Reference BASE = new Base();

  /**
   * The model as training starts: it reads all rows once before, and what it says is kept, at 8
   * bytes a token of an answer ({@code precompute_ref_log_probs}).
   */
  Reference START = new Start();

  /** See {@link #BASE}. */
  record Base() implements Reference {}

  /** See {@link #START}. */
  record Start() implements Reference {}

  /**
   * Another model, of the same vocabulary.
   *
   * @param model stays open as long as training goes on
   */
  record Model(CausalLm model) implements Reference {}
}
