package org.tune4j.engine.preflight.privacy;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** A check digit finds every single wrong digit: that is what it is for. */
class CheckDigitsTest {
  private static String changed(String number, int place, int by) {
    int digit = (number.charAt(place) - '0' + by) % 10;
    return number.substring(0, place) + digit + number.substring(place + 1);
  }

  @Property(tries = 100)
  void luhn(@ForAll @IntRange(max = 15) int place, @ForAll @IntRange(min = 1, max = 9) int by) {
    assertThat(CardNumber.luhn("5555555555554444")).isTrue();
    assertThat(CardNumber.luhn(changed("5555555555554444", place, by))).isFalse();
  }

  @Property(tries = 100)
  void iban(
      @ForAll @IntRange(min = 2, max = 21) int place, @ForAll @IntRange(min = 1, max = 9) int by) {
    assertThat(Iban.isOne("DE89370400440532013000")).isTrue();
    assertThat(Iban.isOne(changed("DE89370400440532013000", place, by))).isFalse();
  }

  @Property(tries = 100)
  void residentNumber(
      @ForAll @IntRange(max = 16) int place, @ForAll @IntRange(min = 1, max = 9) int by) {
    assertThat(ResidentNumber.isOne("11010519491231002X")).isTrue();
    assertThat(ResidentNumber.isOne(changed("11010519491231002X", place, by))).isFalse();
  }
}
