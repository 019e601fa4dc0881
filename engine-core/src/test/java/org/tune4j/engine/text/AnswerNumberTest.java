package org.tune4j.engine.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerNumberTest {
  private static AnswerNumber number(String text) {
    return AnswerNumber.find(text).orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "So 3 + 4 = 7, and 7 * 6 = 42. #### 42 | 42",
        "#### 42 Question: what is 5 + 5? #### 10 | 42",
        "First 3 apples, then 5. | 5",
        "It costs $1,234,567.50. | 1234567.5",
        "a list 1,23,4 | 4",
        "the answer is -7. | -7",
        "he owes -$5 | -5",
        "- 5 apples | 5",
        "$ 5 | 5",
        "10-3 | 3",
        "温度为负3度 | -3",
        "1.5e3 metres | 1500",
        "1e99999 | 99999",
        "-.5 | -0.5",
        "3/4 of it | 0.75",
        "1 1/2 cups | 1.5",
        "\\boxed{\\frac{3}{8}} | 0.375",
        "1/0 or 7 | 7",
        "1/0 | 1/0 = none",
        "$2.1 billion | 2100000000",
        "3 Million people | 3000000",
        "40 km/h | 40",
        "营收达到21亿元 | 2100000000",
        "3.5万 | 35000",
        "1亿2000万元 | 120000000",
        "3万5千 | 35000",
        "2万亿 | 2000000000000",
        "重3千克 | 3",
        "跑了5千米 | 5",
        "１，２３４．５ | 1234.5",
        "４２ | 42",
        "答案是一千二百三十四元 | 1234",
        "两千三 | 2300",
        "两千零三 | 2003",
        "一百五 | 150",
        "三万五 | 35000",
        "十五 | 15",
        "一百一十 | 110",
        "二〇二四年 | 2024",
        "三点一四 | 3.14",
        "负三 | -3",
        "三亿五千万 | 350000000",
        "一万亿 | 1000000000000",
        "壹仟贰佰叁拾肆 | 1234",
        "四分之三 | 0.75",
        "零 | 0",
        "共42个，一共 | 42",
        "#### Step 1: count the apples #### 42 | 42",
        "#### The answer is 42 | 42",
        "#### **42** | 42",
        "#### -$5, not 7 | -5",
        "1{,}234{,}567 | 1234567",
        "1\\,234 | 1234",
        "1,\\!000 | 1000",
        "-\\$5 | -5",
        "\\frac{-3}{8} | -0.375",
        "-\\dfrac{3}{8} | -0.375",
        "\\frac38 | 0.375",
        "the answer is 1.0. | 1",
        "u−5 | 5",
        "is −5 | -5"
      })
  void isFoundInText(String text, String wanted) {
    if (wanted.endsWith("none")) {
      assertThat(AnswerNumber.find(text)).isEmpty();
    } else {
      assertThat(number(text)).isEqualTo(number("#### " + wanted));
      assertThat(number(text).percent()).isFalse();
    }
  }

  /** Against doubles, so that {@code isFoundInText} does not test the parser by itself. */
  @ParameterizedTest
  @CsvSource({"42, 42", "-7, -7", "'1,234.5', 1234.5", "3/8, 0.375", "1e3, 1000", "'0.75', 0.75"})
  void isAsLargeAsItLooks(String text, double wanted) {
    AnswerNumber number = number(text);
    assertThat(number.numerator().doubleValue() / number.denominator().doubleValue())
        .isEqualTo(wanted);
  }

  @ParameterizedTest
  @CsvSource({
    "25%, 25, true",
    "25%, 0.25, true",
    "0.25, 25 percent, true",
    "25％, 25 per cent, true",
    "25%, 2500%, false",
    "25%, 2500, false",
    "百分之二十五, 25%, true",
    "百分之25, 1/4, true",
    "50\\%, 0.5, true",
    "0.30, 0.3, true",
    "1/3, 0.3333, false",
    "42, 42.0, true",
    "42, -42, false"
  })
  void matches(String one, String other, boolean same) {
    assertThat(number(one).matches(number(other))).isEqualTo(same);
    assertThat(number(other).matches(number(one))).isEqualTo(same);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "none at all", "####", "%", "$", "-", "1/0"})
  void isNotFound(String text) {
    assertThat(AnswerNumber.find(text)).isEqualTo(Optional.empty());
  }

  @Test
  void hugeNumbersAreNumbers() {
    assertThat(number("9".repeat(400)).numerator().bitLength()).isGreaterThan(1000);
    assertThat(number("1e999").numerator().bitLength()).isGreaterThan(3000);
    assertThat(number("It is 7, not " + "1" + ",000".repeat(100_000))).isEqualTo(number("7"));
    assertThat(number("七，不是" + "三亿".repeat(100_000))).isEqualTo(number("7"));
    assertThat(number("亿".repeat(3) + "一" + "亿".repeat(50)).numerator().signum()).isEqualTo(1);
  }
}
