package org.tune4j.engine.model.arch;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.BlockSpec.Norms;
import org.tune4j.engine.model.DenseFeedForward;
import org.tune4j.engine.model.EmbeddingSpec;
import org.tune4j.engine.model.LanguageHead;
import org.tune4j.engine.model.LinearGroup;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.MultiHeadAttention;
import org.tune4j.engine.model.NormSpec;
import org.tune4j.engine.model.ScoreRule;

/**
 * GPT-2: learned positions, and matrices that files have with the inputs first. Source:
 * transformers' {@code modeling_gpt2}.
 */
final class Gpt2 {
  private Gpt2() {}

  static Architecture describe(ConfigJson config) {
    int hidden = config.size("n_embd", 768);
    int heads = config.size("n_head", 12);
    int positions = config.size("n_positions", 1024);
    int intermediate = config.size("n_inner", 4 * hidden);
    int headSize = config.divided("n_head", heads, "n_embd", hidden);
    double epsilon = config.number("layer_norm_epsilon", 1e-5, true);
    boolean scaled = config.flag("scale_attn_weights", true);
    boolean byBlock = config.flag("scale_attn_by_inverse_layer_idx", false);
    String activation = Activations.read(config, "activation_function", "gelu_new");
    List<BlockSpec> blocks = new ArrayList<>();
    for (int i = 0; i < config.size("n_layer", 12); i++) {
      String layer = "transformer.h." + i + ".";
      double scale = (scaled ? 1 / Math.sqrt(headSize) : 1) / (byBlock ? i + 1 : 1);
      blocks.add(
          new BlockSpec(
              Norms.before(norm(layer + "ln_1", hidden, epsilon)),
              new MultiHeadAttention(
                  conv1d(layer + "attn.c_attn", hidden, 3 * hidden),
                  heads,
                  heads,
                  headSize,
                  MultiHeadAttention.Layout.CONCATENATED,
                  Optional.empty(),
                  Optional.empty(),
                  Optional.empty(),
                  ScoreRule.causal(scale),
                  conv1d(layer + "attn.c_proj", hidden, hidden)),
              Norms.before(norm(layer + "ln_2", hidden, epsilon)),
              new DenseFeedForward(
                  conv1d(layer + "mlp.c_fc", hidden, intermediate),
                  false,
                  activation,
                  conv1d(layer + "mlp.c_proj", intermediate, hidden)),
              BlockSpec.Residual.SEQUENTIAL));
    }
    int vocabulary = config.size("vocab_size", 50257);
    return new Architecture(
        config.text("model_type"),
        vocabulary,
        hidden,
        positions,
        new EmbeddingSpec(
            "transformer.wte",
            1,
            Optional.of(new EmbeddingSpec.Table("transformer.wpe", positions, 0)),
            Optional.empty(),
            Optional.empty()),
        blocks,
        Optional.of(norm("transformer.ln_f", hidden, epsilon)),
        new LanguageHead(
            new LinearLayer("lm_head", hidden, vocabulary, false),
            config.flag("tie_word_embeddings", true),
            0),
        List.of("(transformer\\.)?h\\.\\d+\\.attn\\.(bias|masked_bias)"),
        config.ids("eos_token_id"));
  }

  private static NormSpec norm(String module, int size, double epsilon) {
    return new NormSpec(module, size, NormSpec.Kind.LAYER, epsilon);
  }

  private static LinearGroup conv1d(String module, int inputs, int outputs) {
    return LinearGroup.of(new LinearLayer(module, inputs, outputs, true, true));
  }
}
