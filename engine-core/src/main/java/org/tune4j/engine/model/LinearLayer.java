package org.tune4j.engine.model;

import java.util.List;

/**
 * A linear layer of a checkpoint.
 *
 * @param module its module path, for example {@code model.layers.0.self_attn.q_proj}
 * @param inputs size of a token's input
 * @param outputs size of a token's output
 * @param bias whether it has a bias
 * @param inputsFirst whether a checkpoint has its weight as {@code [inputs, outputs]} (Conv1D)
 */
public record LinearLayer(
    String module, int inputs, int outputs, boolean bias, boolean inputsFirst) {
  /** A layer whose weight a checkpoint has as {@code [outputs, inputs]}. */
  public LinearLayer(String module, int inputs, int outputs, boolean bias) {
    this(module, inputs, outputs, bias, false);
  }

  /** The sizes of its weight in a checkpoint. */
  List<Long> weightShape() {
    return inputsFirst
        ? List.of((long) inputs, (long) outputs)
        : List.of((long) outputs, (long) inputs);
  }

  /** The name of its weight in a checkpoint. */
  public String weight() {
    return module + ".weight";
  }

  /** The last step of the module path, which target lists name. */
  public String leaf() {
    return module.substring(module.lastIndexOf('.') + 1);
  }
}
