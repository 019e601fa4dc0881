package org.tune4j.engine.model.arch;

/**
 * Names of activation functions in configurations, and what kernel file {@code mlp.py} calls them.
 */
final class Activations {
  private Activations() {}

  static String read(ConfigJson config, String field, String otherwise) {
    String name = config.text(field, otherwise);
    switch (name) {
      case "silu", "swish":
        return "silu";
      case "gelu":
        return "gelu";
      case "relu":
        return "relu";
      case "gelu_new", "gelu_fast", "gelu_pytorch_tanh":
        return "gelu_tanh";
      default:
        config.refuse(field, "known are silu, gelu, gelu_new, gelu_pytorch_tanh and relu");
        return null;
    }
  }
}
