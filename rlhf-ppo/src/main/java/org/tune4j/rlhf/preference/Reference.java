package org.tune4j.rlhf.preference;

import java.nio.file.Path;
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

  /**
   * The model without its adapter, or with all weights trained as training starts, by what a file
   * says of the rows. Where there is none, the model reads all rows once before and the file is
   * made, so that later runs over the same rows need not ({@code ref_log_probs_file}).
   *
   * @param file is refused where another model or tokenizer made it, or rows are missing
   */
  record Kept(Path file) implements Reference {}

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
