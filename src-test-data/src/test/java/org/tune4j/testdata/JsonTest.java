package org.tune4j.testdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
  @Test
  void escapesWhatMustBeEscapedAndNothingElse() {
    assertThat(Json.line(Map.of("text", "a\"b\\c\nd\te\r\u0001/中😀")))
        .isEqualTo("{\"text\": \"a\\\"b\\\\c\\nd\\te\\r\\u0001/中😀\"}");
  }

  @Test
  void keepsTheOrderOfKeysAndIndents() {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("z", null);
    object.put("a", List.of(List.of("x", "y"), List.of()));
    object.put("n", Arrays.asList(1, 0.5, true));
    object.put("empty", Map.of());
    assertThat(Json.pretty(object))
        .isEqualTo(
            """
            {
              "z": null,
              "a": [
                ["x", "y"],
                []
              ],
              "n": [1, 0.5, true],
              "empty": {}
            }
            """);
  }

  @Test
  void refusesWhatJsonHasNoFormFor() {
    assertThatThrownBy(() -> Json.line(Map.of("a", 'c'))).hasMessageContaining("Character");
  }
}
