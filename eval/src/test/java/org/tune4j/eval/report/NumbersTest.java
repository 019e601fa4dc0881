package org.tune4j.eval.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0|0",
        "0.94|0.94",
        "0.0312345|0.03123",
        "2.71828|2.718",
        "12345.6|12,346",
        "100|100",
        "0.0002|2e-4",
        "0.000123456|1.235e-4",
        "-1.5|-1.5",
        "2500000000|2.5e9",
        "NaN|–",
        "Infinity|∞"
      })
  void shorter(double value, String text) {
    assertThat(Numbers.shorter(value)).isEqualTo(text);
  }

  @Test
  void whole() {
    assertThat(Numbers.whole(1234567.4)).isEqualTo("1,234,567");
    assertThat(Numbers.whole(Double.NaN)).isEqualTo("–");
  }
}
