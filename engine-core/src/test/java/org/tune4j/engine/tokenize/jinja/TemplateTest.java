package org.tune4j.engine.tokenize.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.TextNode;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.tokenize.jinja.Output.Span;

class TemplateTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          a\\n{{ 1 + }}            ; 2 ; unexpected 'end of print statement'
          {% if 1 %}\\n\\nx        ; 3 ; Unexpected end of template
          {% foo %}                ; 1 ; unknown tag 'foo'
          \\n\\n{{ x|nofilter }}   ; 3 ; No filter named 'nofilter'
          {% include 'x' %}        ; 1 ; 'include' is not available
          {{ 'abc }}               ; 1 ; unexpected char
          {% break %}              ; 1 ; 'break' outside loop
          """)
  void aSyntaxErrorNamesFileAndLine(String template, int line, String message) {
    assertThatThrownBy(() -> Rendering.render(template.replace("\\n", "\n")))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageStartingWith("test.jinja, line " + line + ": ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          a\\n{{ x.y }}                          ; 2 ; 'x' is undefined
          {{ 1 }}\\n{{ 'a' + 1 }}                ; 2 ; can only concatenate str
          {% for i in [1] %}\\n\\n{{ i() }}{% endfor %} ; 3 ; 'int' object is not callable
          {% macro m() %}\\n{{ none + 1 }}{% endmacro %}\\n\\n{{ m() }} ; 2 ; unsupported operand
          """)
  void aFailureNamesFileAndLine(String template, int line, String message) {
    assertThatThrownBy(() -> Rendering.render(template.replace("\\n", "\n")))
        .isInstanceOf(DataException.class)
        .isNotInstanceOf(TemplateRefusal.class)
        .hasMessageStartingWith("test.jinja, line " + line + ": ")
        .hasMessageContaining(message);
  }

  @Test
  void aRefusalPassesTheReasonOn() {
    assertThatThrownBy(() -> Rendering.render("\n{{ raise_exception('No \"roles\"!') }}"))
        .isInstanceOfSatisfying(
            TemplateRefusal.class,
            refusal -> assertThat(refusal.reason()).isEqualTo("No \"roles\"!"))
        .hasMessageContaining("test.jinja, line 2")
        .hasMessageEndingWith("No \"roles\"!");
  }

  @Test
  void generationBlocksAreFoundWhereverTheyAreWritten() {
    String template =
        "{% macro m() %}<{% generation %}in{% endgeneration %}>{% endmacro %}"
            + "{% set s %}{% generation %} set {% endgeneration %}{% endset %}"
            + "a{{ m() }}{% generation %}x{% endgeneration %}{% generation %}y{% endgeneration %}"
            + "{{ s|trim }}{% generation %}{% endgeneration %}";
    Output output = Rendering.render(template, Map.of());
    assertThat(output.text()).isEqualTo("a<in>xyset");
    assertThat(output.generations())
        .containsExactly(
            new Span(2, 4), new Span(5, 6), new Span(6, 7), new Span(7, 10), new Span(10, 10));
  }

  @Test
  void trustedVariablesAreTheTemplatesOwn() {
    Template template = Template.compile("{{ bos_token }}{{ v }}{{ eos_token }}", "t");
    Output output =
        template.render(
            Map.of("bos_token", "<s>", "eos_token", "</s>"),
            Map.of(
                "v", new Input(TextNode.valueOf("x"), 0),
                "eos_token", new Input(TextNode.valueOf("!"), Origin.INPUT)),
            () -> Rendering.NOW);
    assertThat(output.text()).isEqualTo("<s>x!");
    assertThat(Rendering.origins(output)).isEqualTo("TTT0I");
  }

  @Test
  void inputsNestWithOriginsOfTheirOwn() {
    Input first = new Input(Map.of("c", new Input(TextNode.valueOf("one"), 4)), 0);
    Input second = new Input(Rendering.json("{\"c\":\"two\"}"), 1);
    Output output =
        Rendering.render(
            "{% for m in ms %}{{ m.c }}{% endfor %}{{ ms|tojson }}",
            Map.of("ms", new Input(List.of(first, second), Origin.INPUT)));
    assertThat(output.text()).isEqualTo("onetwo[{\"c\": \"one\"}, {\"c\": \"two\"}]");
    assertThat(Rendering.origins(output)).isEqualTo("444111I000000444440II11111111111" + "1I");
  }

  @Test
  void oneTemplateServesManyThreads() {
    Template template =
        Template.compile(
            "{% set n = namespace(t='') %}{% for i in range(50) %}{% set n.t = n.t ~ v %}{% endfor %}{{ n.t }}",
            "t");
    List<String> texts =
        IntStream.range(0, 400)
            .parallel()
            .mapToObj(
                i ->
                    template
                        .render(
                            Map.of(),
                            Map.of("v", new Input(TextNode.valueOf("" + i), 0)),
                            () -> Rendering.NOW)
                        .text())
            .toList();
    for (int i = 0; i < texts.size(); i++) {
      assertThat(texts.get(i)).isEqualTo(("" + i).repeat(50));
    }
  }

  @Test
  void aStrictTemplateFailsWhereAVariableIsNotThereAndKeepsItsLastLineEnd() {
    Template template = Template.compileStrict("{{ a }}:\n", "rows.yaml");
    Map<String, Input> given = Map.of("a", new Input(TextNode.valueOf("x"), Origin.INPUT));
    assertThat(template.render(Map.of(), given, LocalDateTime::now).text()).isEqualTo("x:\n");
    assertThatThrownBy(() -> template.render(Map.of(), Map.of(), LocalDateTime::now))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("rows.yaml, line 1")
        .hasMessageContaining("'a' is undefined");
  }
}
