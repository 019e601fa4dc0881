package org.tune4j.engine.gguf.hub;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tune4j.engine.gguf.GgufType;

/**
 * What llama.cpp's {@code llama-quantize} stores each tensor in. Where it takes Q5_K, which is not
 * written here, Q6_K is taken.
 *
 * @param type what is asked for
 * @param blocks of the model
 * @param experts of a block; 0 for none
 * @param tied whether the embedding is the output layer too
 */
record TypeMixture(Precision type, int blocks, int experts, boolean tied) {
  private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d+)\\..*");
  private static final int MANY_EXPERTS = 8;

  /** Few values serve many queries there. */
  private static final int BLOCKS_OF_70B = 80;

  /** The type of a tensor from its name and sizes. */
  GgufType of(String name, long[] sizes) {
    if (sizes.length < 2
        || sizes[0] == 1 && sizes.length == 2
        || name.contains("ffn_gate_inp")
        || name.equals("position_embd.weight")) {
      return GgufType.F32;
    }
    return type.isQuantised() ? fitting(wanted(name, sizes), sizes) : type.type();
  }

  private GgufType wanted(String name, long[] sizes) {
    if (name.equals("output.weight") || tied && name.equals("token_embd.weight")) {
      boolean whole = sizes[sizes.length - 1] % type.type().blockElements() == 0;
      return type == Precision.Q8_0 || !whole ? GgufType.Q8_0 : GgufType.Q6_K;
    }
    boolean values = name.contains("attn_v.") || name.contains("attn_qkv.");
    if (experts == MANY_EXPERTS && (values || name.contains("attn_k."))) {
      return GgufType.Q8_0;
    }
    if (type != Precision.Q4_K_M) {
      return type.type();
    }
    if ((values || name.contains("ffn_down")) && moreBits(block(name))
        || values && blocks == BLOCKS_OF_70B) {
      return GgufType.Q6_K;
    }
    boolean out = experts == MANY_EXPERTS && name.contains("attn_output.");
    return out ? GgufType.Q6_K : type.type();
  }

  /** The first eighth of the blocks, the last, and every third between. */
  private boolean moreBits(int block) {
    int eighth = blocks / 8;
    return block < eighth || block >= 7 * blocks / 8 || (block - eighth) % 3 == 2;
  }

  private static int block(String name) {
    Matcher block = BLOCK.matcher(name);
    return block.matches() ? Integer.parseInt(block.group(1)) : 0;
  }

  /** Another type where rows are no whole blocks. */
  private static GgufType fitting(GgufType wanted, long[] sizes) {
    long row = sizes[sizes.length - 1];
    if (row % wanted.blockElements() == 0) {
      return wanted;
    }
    GgufType smaller =
        wanted == GgufType.Q4_K
            ? GgufType.Q5_0
            : wanted == GgufType.Q6_K ? GgufType.Q8_0 : GgufType.F16;
    return row % smaller.blockElements() == 0 ? smaller : GgufType.F16;
  }
}
