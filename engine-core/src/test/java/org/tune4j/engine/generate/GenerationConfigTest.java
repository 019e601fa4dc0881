package org.tune4j.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;

class GenerationConfigTest {
  @Test
  void allFaultsAreNamedAtOnce() {
    assertThatThrownBy(
            () ->
                GenerationConfig.builder()
                    .doSample(true)
                    .maxNewTokens(0)
                    .temperature(0)
                    .topK(-1)
                    .topP(1.5)
                    .repetitionPenalty(Double.NaN)
                    .endOfText(Set.of(-2))
                    .build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll(
            "max_new_tokens",
            "temperature",
            "top_k",
            "top_p",
            "repetition_penalty",
            "eos_token_id",
            "found -2");
  }

  @Test
  void settingsOfSamplingNeedSampling() {
    assertThatThrownBy(() -> GenerationConfig.builder().temperature(0.7).build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContainingAll("temperature", "do_sample", "0.7");
    assertThat(GenerationConfig.builder().repetitionPenalty(1.2).build().doSample()).isFalse();
  }
}
