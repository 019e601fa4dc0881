package org.tune4j.engine.model;

/**
 * A linear layer of a checkpoint.
 *
 * @param module its module path, for example {@code model.layers.0.self_attn.q_proj}
 * @param inputs size of a token's input
 * @param outputs size of a token's output
 * @param bias whether it has a bias
 */
public record LinearLayer(String module, int inputs, int outputs, boolean bias) {
  /** The name of its weight {@code [outputs, inputs]} in a checkpoint. */
  public String weight() {
    return module + ".weight";
  }

  /** The last step of the module path, which target lists name. */
  public String leaf() {
    return module.substring(module.lastIndexOf('.') + 1);
  }
}
