package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;

/** Patterns mean what PEFT's {@code re.match(rf"(.*\\.)?({key})$", module)} means. */
class ModulePatternsTest {
  private static final List<String> MODULES =
      List.of(
          "model.layers.1.self_attn.q_proj",
          "model.layers.11.self_attn.q_proj",
          "q_proj",
          "xq_proj",
          "model.layers.1.mlp.q-proj",
          "a.b",
          "b",
          "");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "q_proj",
        "1.self_attn.q_proj",
        "layers.1.self_attn.q_proj",
        "model.layers.1.self_attn.q_proj",
        "q.proj",
        ".q_proj",
        "a.b",
        "...",
        "[qk]_proj",
        "layers\\.1\\..*",
        "b|q_proj",
      })
  void areTheLastStepsOfAPath(String pattern) {
    ModulePatterns<Integer> patterns = new ModulePatterns<>(Map.of(pattern, 3));
    for (String module : MODULES) {
      assertThat(patterns.first(module).isPresent())
          .as(module)
          .isEqualTo(module.matches("(.*\\.)?(" + pattern + ")"));
    }
  }

  @Test
  void theFirstHoldsAndTheOrderIsKept() {
    Map<String, Integer> map = new LinkedHashMap<>();
    map.put("z.q_proj", 1);
    map.put("q_proj", 2);
    map.put(".*", 3);
    ModulePatterns<Integer> patterns = new ModulePatterns<>(map);
    assertThat(patterns).isEqualTo(map);
    assertThat(patterns.keySet()).containsExactly("z.q_proj", "q_proj", ".*");
    assertThat(patterns.first("y.q_proj")).isEqualTo(Optional.of(2));
    assertThat(patterns.first("y.v_proj")).isEqualTo(Optional.of(3));
    assertThatThrownBy(() -> new ModulePatterns<>(Map.of("(", 1)))
        .isInstanceOf(ConfigException.class);
  }
}
