package org.tune4j.engine.gguf.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.gguf.GgufType;

/** Types are those that {@code llama-quantize} chose for random models of these sizes. */
class TypeMixtureTest {
  private static final TypeMixture ELEVEN = new TypeMixture(Precision.Q4_K_M, 11, 0, false);

  private static List<Integer> richer(String tensor, long... sizes) {
    return IntStream.range(0, 11)
        .filter(block -> ELEVEN.of("blk." + block + "." + tensor, sizes) == GgufType.Q6_K)
        .boxed()
        .toList();
  }

  @Test
  void someBlocksHaveMoreBits() {
    List<Integer> blocks = List.of(0, 3, 6, 9, 10);
    assertThat(richer("attn_v.weight", 128, 256)).isEqualTo(blocks);
    assertThat(richer("attn_qkv.weight", 512, 256)).isEqualTo(blocks);
    assertThat(richer("ffn_down.weight", 256, 512)).isEqualTo(blocks);
    assertThat(richer("ffn_up.weight", 512, 256)).isEmpty();
    assertThat(richer("attn_k.weight", 128, 256)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Q4_K_M, false, output.weight, 256, Q6_K",
    "Q4_K_M, false, token_embd.weight, 256, Q4_K",
    "Q4_K_M, true, token_embd.weight, 256, Q6_K",
    "Q4_K_M, false, blk.3.ffn_down.weight, 544, Q8_0",
    "Q4_K_M, false, blk.1.ffn_down.weight, 544, Q5_0",
    "Q4_K_M, false, blk.1.ffn_up.weight, 48, F16",
    "Q4_K_M, false, blk.1.ffn_gate_inp.weight, 256, F32",
    "Q4_K_M, false, blk.1.attn_norm.weight, 0, F32",
    "Q4_0, false, output.weight, 256, Q6_K",
    "Q4_0, false, blk.1.ffn_down.weight, 544, Q4_0",
    "Q8_0, true, token_embd.weight, 256, Q8_0",
    "Q8_0, false, blk.0.attn_v.weight, 48, F16",
    "F16, false, position_embd.weight, 256, F32",
    "F16, false, blk.0.attn_v.weight, 48, F16",
    "BF16, false, blk.0.attn_v.weight, 48, BF16",
  })
  void tensorHasType(Precision asked, boolean tied, String name, long row, GgufType type) {
    long[] sizes = row == 0 ? new long[] {256} : new long[] {512, row};
    assertThat(new TypeMixture(asked, 11, 0, tied).of(name, sizes)).isEqualTo(type);
  }

  @Test
  void eightExpertsHaveExactKeysAndValues() {
    TypeMixture mixtral = new TypeMixture(Precision.Q4_K_M, 32, 8, false);
    assertThat(mixtral.of("blk.5.attn_v.weight", new long[] {128, 256})).isEqualTo(GgufType.Q8_0);
    assertThat(mixtral.of("blk.5.attn_k.weight", new long[] {128, 256})).isEqualTo(GgufType.Q8_0);
    assertThat(mixtral.of("blk.5.attn_q.weight", new long[] {256, 256})).isEqualTo(GgufType.Q4_K);
  }
}
