package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.tensor.DType;

class PrecisionChoiceTest {
  @ParameterizedTest
  @CsvSource({
    "fp32, FLOAT32",
    "float32, FLOAT32",
    "bf16, BFLOAT16",
    "bfloat16, BFLOAT16",
    "fp16, FLOAT16",
    "float16, FLOAT16"
  })
  void namesElementTypes(String name, DType dtype) {
    assertThat(PrecisionChoice.of(name, "cpu")).isEqualTo(dtype);
  }

  @Test
  void autoFollowsWhatWasMeasuredOnce() {
    double speedUp = PrecisionChoice.measuredSpeedUp();
    assertThat(speedUp).isPositive().isFinite();
    assertThat(PrecisionChoice.measuredSpeedUp()).isEqualTo(speedUp);
    assertThat(PrecisionChoice.of("auto", "cpu"))
        .isEqualTo(speedUp >= 1.3 ? DType.BFLOAT16 : DType.FLOAT32);
  }

  @Test
  void anotherNameIsRefusedWithTheNearest() {
    assertThatThrownBy(() -> PrecisionChoice.of("bf-16", "cpu"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("precision")
        .hasMessageContaining("'bf-16'")
        .hasMessageContaining("nearest is bf16");
  }
}
