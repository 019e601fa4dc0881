package org.tune4j.engine.model.arch;

import static org.tune4j.engine.model.arch.LlamaForm.layer;

import java.util.Optional;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.BlockSpec.Norms;
import org.tune4j.engine.model.EmbeddingSpec;
import org.tune4j.engine.model.MultiHeadAttention;
import org.tune4j.engine.model.NormSpec;
import org.tune4j.engine.model.ScoreRule;

/**
 * Gemma 2: norms before and after each half, whose weights are counted from one; capped scores;
 * every other block in a sliding window. Source: transformers' {@code modeling_gemma2}.
 */
final class Gemma2 {
  private Gemma2() {}

  static Architecture describe(ConfigJson config) {
    LlamaForm form =
        new LlamaForm(config, NormSpec.Kind.RMS_PLUS_ONE, "hidden_activation", "gelu_pytorch_tanh");
    Windows windows = Windows.read(config, block -> block % 2 == 0);
    boolean bias = config.flag("attention_bias", false);
    int intermediate = config.size("intermediate_size");
    double scale = 1 / Math.sqrt(config.number("query_pre_attn_scalar", 256, false));
    double cap = config.number("attn_logit_softcapping", 0, false);
    return form.architecture(
        EmbeddingSpec.scaled("model.embed_tokens", Math.sqrt(form.hidden)),
        true,
        config.number("final_logit_softcapping", 0, false),
        i -> {
          MultiHeadAttention attention = form.attention(layer(i), bias, bias);
          return new BlockSpec(
              norms(form, layer(i), "input_layernorm", "post_attention_layernorm"),
              attention.with(new ScoreRule(scale, true, windows.of(i), cap)),
              norms(form, layer(i), "pre_feedforward_layernorm", "post_feedforward_layernorm"),
              form.gated(layer(i) + ".mlp", intermediate, false),
              BlockSpec.Residual.SEQUENTIAL);
        });
  }

  private static Norms norms(LlamaForm form, String layer, String before, String after) {
    return new Norms(
        Optional.of(form.rms(layer + "." + before)),
        Optional.of(form.rms(layer + "." + after)),
        Optional.empty());
  }
}
