package org.tune4j.engine.tokenize.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;

/** A template that never ends, or wants everything, ends in an exception. */
@Timeout(60)
class LimitsTest {
  private static final String LOOPS = "{% for a in range(100000) %}{% for b in range(100000) %}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        LOOPS + "{% endfor %}{% endfor %}",
        LOOPS + "{{ a * b }}{% endfor %}{% endfor %}",
        LOOPS + "{% set x = 'a' ~ b %}{% endfor %}{% endfor %}",
        "{{ 'a' * 10**12 }}",
        "{{ [0] * 10**9 }}",
        "{{ range(10**9)|list }}",
        "{{ 9**(9**9) }}",
        "{{ 9**99999999999 }}",
        "{{ (10**600) * (10**600) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%.1000000000f' % 1 }}",
        "{{ 'a'.center(10**9) }}",
        "{{ 'a'|center(10**9) }}",
        "{{ 'a'.zfill(10**10) }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ '{:1000000000,}'.format(1.5) }}",
        "{{ 'a\\nb'|indent(10**9) }}",
        "{{ [[1]]|tojson(indent=10**9) }}",
        "{{ '\\t'.expandtabs(10**12) }}",
        "{{ [1]|batch(10**9, 0)|list }}",
        "{{ [1]|slice(10**9)|list }}",
        "{% set n = namespace(s='a') %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s=[1]) %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "{% set n = namespace(s=2) %}{% for i in range(99) %}{% set n.s = n.s * n.s %}{% endfor %}",
        "{% set n = namespace(x=[]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}",
        "{% set n = namespace(x=[], y=[]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}"
            + "{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}",
        "{% set n = namespace(x=[], y=[]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}"
            + "{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x < n.y }}",
        "{% set n = namespace(x=[]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x|tojson }}",
        "{% set n = namespace(x=()) %}{% for i in range(99) %}{% set n.x = (n.x, n.x) %}{% endfor %}{{ {n.x: 1} }}",
        "{% set n = namespace() %}{% set n.x = n %}{{ n }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% set s = 'ab' * 4000000 %}{% for i in range(100000) %}{% set t = s.upper() %}{% endfor %}",
        "{% set s = 'ab' * 4000000 %}{% for i in range(100000) %}{% set t = s.find('c') %}{% endfor %}",
        "{% set s = 'a' * 4000000 %}{% for i in range(9) %}{% set t = s.strip(s ~ 'b') %}{% endfor %}",
        "{% set s = 'a' * 4000000 %}{% for i in range(9) %}{{ s.find('a' * 100000 ~ 'b') }}{% endfor %}",
        "{% set s = 'a ' * 4000000 %}{{ s.split() }}",
        "{% set l = range(100000)|list %}{% for i in l %}{% set t = l|sort %}{% endfor %}",
        "{% set l = range(100000)|list %}{% for i in l %}{% set t = -1 in l %}{% endfor %}",
        "{% set l = range(100000)|list %}{% for i in l %}{% set t = dict.fromkeys(l) %}{% endfor %}",
        "{% set b = 2**2000 %}{% for i in range(100000) %}{% set q = b ~ '' %}{% endfor %}",
        "{% for i in range(100000) %}{% set q = '%.900f' % 5e-324 %}{% endfor %}",
      })
  void ends(String template) {
    assertThatThrownBy(() -> Rendering.render(template))
        .as(template)
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith("test.jinja, line 1: the template cannot be rendered");
  }

  static Stream<String> deepSources() {
    return Stream.of(
        "{{ " + "(".repeat(100000) + "1" + ")".repeat(100000) + " }}",
        "{{ " + "[".repeat(100000) + "]".repeat(100000) + " }}",
        "{{ " + "{1:".repeat(80000) + "1" + "}".repeat(80000) + " }}",
        "{{ " + "not ".repeat(50000) + "1 }}",
        "{{ " + "-".repeat(100000) + "1 }}",
        "{{ 1" + "+1".repeat(100000) + " }}",
        "{{ a" + ".b".repeat(100000) + " }}",
        "{{ a" + "|e".repeat(100000) + " }}",
        "{{ a" + "()".repeat(100000) + " }}",
        "{{ a" + "[0]".repeat(80000) + " }}",
        "{{ 1" + " if 1 else 1".repeat(20000) + " }}",
        "{{ a" + "(b".repeat(50000) + ")".repeat(50000) + " }}",
        "{% if 1 %}".repeat(20000),
        "{% for a in b %}".repeat(10000),
        "{% set x = " + "(".repeat(100000),
        "{% set " + "(".repeat(100000),
        "{{ " + "1".repeat(200000) + " }}",
        "{{".repeat(100000),
        "{# ".repeat(80000),
        "{% raw %}".repeat(20000),
        " ".repeat(1 << 20));
  }

  @ParameterizedTest
  @MethodSource("deepSources")
  void refusesSources(String template) {
    assertThatThrownBy(() -> Rendering.render(template))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("line 1");
  }

  @Test
  void longSourcesThatNestLittleAreFine() {
    String list = "[" + "1,".repeat(50000) + "]";
    assertThat(Rendering.render("{{ " + list + "|sum }}")).isEqualTo("50000");
    String branches = "{% if 0 %}" + "{% elif 0 %}".repeat(5000) + "{% else %}x{% endif %}";
    assertThat(Rendering.render(branches)).isEqualTo("x");
  }

  @Test
  void aLargeInputMayTakeMoreSteps() {
    String items = "[" + "\"some text\",".repeat(200000) + "0]";
    String template = "{% for x in v %}{% if x is string %}{{ x|length }}{% endif %}{% endfor %}";
    String text =
        Rendering.render(
                "{% set n = namespace(c=0) %}" + template,
                Rendering.json("{\"v\":" + items + "}"),
                0)
            .text();
    assertThat(text).isEqualTo("9".repeat(200000));
  }
}
