package org.tune4j.engine.gguf.hub;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of a family's modules on the hub and in GGUF files.
 *
 * @param whole modules outside blocks
 * @param inBlocks modules of a block, {@code N} for an expert's number
 * @param experts how many experts a block has
 * @param forms the form of a tensor, from the number of its block and its module there; the module
 *     alone, and block -1, outside of blocks
 */
record TensorNames(
    Map<String, String> whole,
    Map<String, String> inBlocks,
    int experts,
    BiFunction<Integer, String, Form> forms) {
  private static final Pattern HUB = Pattern.compile("(.+)\\.(weight|bias)");
  private static final Pattern BLOCK =
      Pattern.compile("(?:model\\.layers|transformer\\.h)\\.(\\d+)\\.(.+)");
  private static final Pattern EXPERT = Pattern.compile("(.+\\.experts)\\.(\\d{1,6})\\.(.+)");

  /** What Llama and most families after it have. */
  static final Map<String, String> LLAMA_WHOLE =
      Map.of("model.embed_tokens", "token_embd", "model.norm", "output_norm", "lm_head", "output");

  private static final Map<String, String> LLAMA_IN_BLOCKS =
      Map.ofEntries(
          Map.entry("input_layernorm", "attn_norm"),
          Map.entry("self_attn.q_proj", "attn_q"),
          Map.entry("self_attn.k_proj", "attn_k"),
          Map.entry("self_attn.v_proj", "attn_v"),
          Map.entry("self_attn.o_proj", "attn_output"),
          Map.entry("post_attention_layernorm", "ffn_norm"),
          Map.entry("mlp.gate_proj", "ffn_gate"),
          Map.entry("mlp.up_proj", "ffn_up"),
          Map.entry("mlp.down_proj", "ffn_down"));

  /** Llama's names with others over them. */
  static Map<String, String> llamaAnd(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(LLAMA_IN_BLOCKS);
    all.putAll(more);
    return Map.copyOf(all);
  }

  /** Where a tensor of the hub lies; empty if the family has no such module. */
  Optional<Place> place(String hubName) {
    // DeepSeek's correction of the router is no weight of a layer.
    String name = hubName.replace(".e_score_correction_bias", ".e_score_correction.bias");
    Matcher hub = HUB.matcher(name);
    if (!hub.matches()) {
      return Optional.empty();
    }
    String module = hub.group(1);
    String suffix = "." + hub.group(2);
    Matcher block = BLOCK.matcher(module);
    if (!block.matches()) {
      return Optional.ofNullable(whole.get(module))
          .map(found -> new Place(found + suffix, 0, 0, forms.apply(-1, module)));
    }
    int number = Integer.parseInt(block.group(1));
    String inBlock = block.group(2);
    Matcher expert = EXPERT.matcher(inBlock);
    boolean ofMany = expert.matches();
    String named = ofMany ? expert.group(1) + ".N." + expert.group(3) : inBlock;
    return Optional.ofNullable(inBlocks.get(named))
        .map(
            found ->
                new Place(
                    "blk." + number + "." + found + suffix,
                    ofMany ? Integer.parseInt(expert.group(2)) : 0,
                    ofMany ? experts : 0,
                    forms.apply(number, inBlock)));
  }
}
