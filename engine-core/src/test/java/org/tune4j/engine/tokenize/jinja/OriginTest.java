package org.tune4j.engine.tokenize.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginTest {
  /** a is of origin 0, b of origin 1, d a dict of origin 2. */
  private static final Map<String, Input> VARIABLES =
      Map.of(
          "a", new Input(TextNode.valueOf("ab c"), 0),
          "b", new Input(TextNode.valueOf("XY"), 1),
          "d", new Input(Rendering.json("{\"k\":[1,\"v\",true,null],\"n\":2}"), 2));

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '~',
      textBlock =
          """
          x{{ a }}y                        ; T0000T
          {{ a + b }}                      ; 000011
          {{ a ~ '-' ~ b }}                ; 0000T11
          {{ (a ~ b)[3:5] }}               ; 01
          {{ (a ~ b)[::-1] }}              ; 110000
          {{ (a ~ b)[-1] }}                ; 1
          {{ (a ~ b) * 2 }}                ; 000011000011
          {{ (a ~ b)|upper }}              ; 000011
          {{ ('q' ~ a)|title }}            ; T0000
          {{ (' ' ~ a ~ ' ')|trim }}       ; 0000
          {{ a.split(' ')[1] ~ b }}        ; 011
          {{ a|replace('b', b) }}          ; 01100
          {{ a.replace('b', '::') }}       ; 0TT00
          {{ [a, b]|join('+') }}           ; 0000T11
          {{ ','.join([b, a]) }}           ; 11T0000
          {{ '%s=%s' % (a, b) }}           ; 0000T11
          {{ '{}|{}'.format(a, b) }}       ; 0000T11
          {{ '%5s' % b }}                  ; TTT11
          {{ b|center(6) }}                ; TT11TT
          {{ (b ~ '<')|e }}                ; 11TTTT
          {{ b|tojson }}                   ; 1111
          {{ d|tojson }}                   ; 22222222222222222222222222222222222
          {{ d.k|tojson }}                 ; 22222222222222222222
          {{ {'k': b, 'l': d.k[1]}|tojson }}  ; TTTTTT1111TTTTTTT222T
          {{ [b]|string }}                 ; T1111T
          {{ d }}                          ; 22222222222222222222222222222222222
          {{ (a ~ '\\n' ~ b)|indent(2) }}   ; 0000TTT11
          {{ a|list|last }}{{ b|first }}   ; 01
          {% set x %}[{{ a }}]{% endset %}{{ x }} ; T0000T
          {% macro m(v) %}<{{ v }}>{% endmacro %}{{ m(b) }} ; T11T
          {% filter upper %}{{ a }}!{% endfilter %} ; 0000T
          {{ a|truncate(3, true, '.', 0) }} ; 00T
          """)
  void everyOperationKeepsOrigins(String template, String origins) {
    Output output = Rendering.render(template, VARIABLES);
    assertThat(Rendering.origins(output)).as(output.text()).isEqualTo(origins);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          {{ a == 'ab c' }}             ; True
          {{ 'ab c' == a }}             ; True
          {{ {'XY': 1}[b] }}            ; 1
          {{ [b, 'XY']|unique|list }}   ; ['XY']
          {{ b in ['XY'] }}             ; True
          """)
  void equalityAndHashingIgnoreOrigins(String template, String text) {
    assertThat(Rendering.render(template, VARIABLES).text()).isEqualTo(text);
  }

  private static final List<String> PIPELINES =
      List.of(
          "{{ v }}",
          "{{ '<|x|>' ~ v ~ '<|y|>' }}",
          "{{ (v ~ '.')|trim }}",
          "{{ v|upper }}",
          "{{ v|tojson }}",
          "{{ v.split('a')|join('--') }}",
          "{{ v|replace('b', '[]') }}",
          "{{ v[1:-1] }}",
          "{{ v[::2] ~ v[::-1] }}",
          "{{ '%s and %s' % (v, v) }}",
          "{{ v|indent(3, true) }}",
          "{{ [v, {'k': v}] }}",
          "{% for c in v %}({{ c }}){% endfor %}",
          "{% set q %}{{ v }}/{{ v|lower }}{% endset %}{{ q.strip() }}");

  @Provide
  Arbitrary<String> contents() {
    return Arbitraries.strings().withChars("abAB \n\"'\\<|>é世😀ß").ofMaxLength(20);
  }

  /** Two messages of different letters can be told apart by the text itself. */
  @Property(tries = 300)
  void lettersOfTheInputHaveItsOrigin(@ForAll("contents") String content, @ForAll int choice) {
    String template = PIPELINES.get(Math.floorMod(choice, PIPELINES.size()));
    Output output =
        Rendering.render(template, Map.of("v", new Input(TextNode.valueOf(content), 7)));
    String origins = Rendering.origins(output);
    assertThat(origins).hasSameSizeAs(output.text());
    for (int i = 0; i < origins.length(); i++) {
      char c = output.text().charAt(i);
      boolean onlyInput = "abé世ß".indexOf(Character.toLowerCase(c)) >= 0;
      boolean writtenByTemplate = template.contains(String.valueOf(c).toLowerCase(Locale.ROOT));
      if (onlyInput && !writtenByTemplate) {
        assertThat(origins.charAt(i)).as("%s in %s", c, output.text()).isEqualTo('7');
      }
    }
  }

  /** Whatever a text consists of, its parts are those of the same text without origins. */
  @Property(tries = 300)
  void originsNeverChangeTheText(
      @ForAll("contents") String a, @ForAll("contents") String b, @ForAll int choice) {
    String template = PIPELINES.get(Math.floorMod(choice, PIPELINES.size()));
    String mixed = template.replace("v", "(a ~ b)").replace("for c in (a ~ b)", "for c in a ~ b");
    Output several =
        Rendering.render(
            mixed,
            Map.of("a", new Input(TextNode.valueOf(a), 1), "b", new Input(TextNode.valueOf(b), 2)));
    Output one = Rendering.render(template, Map.of("v", new Input(TextNode.valueOf(a + b), 3)));
    assertThat(several.text()).isEqualTo(one.text());
  }
}
