package org.tune4j.engine.tokenize.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.Tune4jException;

/** Template injection: what others write is text, and a hostile template reaches nothing. */
class SandboxTest {
  /** Attributes by which templates climb to Python's interpreter. */
  private static final List<String> ATTRIBUTES =
      List.of(
          "__class__",
          "__mro__",
          "__base__",
          "__bases__",
          "__subclasses__",
          "__init__",
          "__globals__",
          "__builtins__",
          "__import__",
          "__dict__",
          "__code__",
          "__func__",
          "__self__",
          "__module__",
          "__reduce_ex__",
          "__getattribute__",
          "func_globals",
          "gi_frame",
          "mro");

  /** Ways to ask a value for an attribute. */
  private static final List<String> WAYS =
      List.of(
          "{{ ''.%s }}",
          "{{ ''['%s'] }}",
          "{{ []|attr('%s') }}",
          "{{ {}.%s }}",
          "{{ range.%s }}",
          "{{ [{}]|map(attribute='%s')|list }}",
          "{{ '{0.%s}'.format(1) }}");

  private static final List<String> KNOWN =
      List.of(
          "{{ ''.__class__.__mro__[1].__subclasses__() }}",
          "{{ ''.__class__.__base__.__subclasses__()[40]('/etc/passwd').read() }}",
          "{{ ().__class__.__bases__[0].__subclasses__()[59].__init__.__globals__ }}",
          "{{ self.__init__.__globals__.__builtins__.__import__('os').popen('id').read() }}",
          "{{ self._TemplateReference__context }}",
          "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
          "{{ joiner.__init__.__globals__.os.popen('id').read() }}",
          "{{ namespace.__init__.__globals__.os.popen('id').read() }}",
          "{{ lipsum.__globals__['os'].popen('id').read() }}",
          "{{ get_flashed_messages.__globals__ }}",
          "{{ url_for.__globals__ }}",
          "{{ request.application.__globals__.__builtins__ }}",
          "{{ config.items() }}",
          "{{ config.__class__.from_envvar.__globals__ }}",
          "{{ ''|attr('__class__')|attr('__mro__') }}",
          "{{ ''|attr('\\x5f\\x5fclass\\x5f\\x5f') }}",
          "{{ ''['__cla' ~ 'ss__'] }}",
          "{{ ''[['__class__']|join] }}",
          "{{ ''|attr(['__','class','__']|join) }}",
          "{{ ''|attr('%s%sclass%s%s'|format('_','_','_','_')) }}",
          "{{ [].append.__self__.__class__ }}",
          "{{ raise_exception.__globals__ }}",
          "{{ strftime_now.__globals__ }}",
          "{{ '{0.__class__.__mro__[1]}'.format('') }}",
          "{{ '{x.__init__.__globals__}'.format(x=cycler) }}",
          "{{ '{0[__class__]}'.format({}) }}",
          "{{ '%(a.__class__)s' % {'a': 1} }}",
          "{{ (1).__class__ }}",
          "{{ none.__class__ }}",
          "{{ true.__class__.__base__ }}",
          "{{ {}.pop('a') }}",
          "{{ [].append(1) }}",
          "{% set x = [] %}{{ x.extend([1]) }}",
          "{% set x = {} %}{{ x.update({'a': 1}) }}",
          "{% set x = {} %}{% set x.a = 1 %}",
          "{% set x = {} %}{% set x.a %}1{% endset %}",
          "{% set ns = namespace() %}{% set ns.__class__ = 1 %}",
          "{{ namespace(__init__=1) }}",
          "{% include '/etc/passwd' %}",
          "{% import 'os' as os %}",
          "{% from 'os' import system %}",
          "{% extends '/etc/passwd' %}",
          "{% block x %}{% endblock %}",
          "{{ __import__('os') }}",
          "{{ open('/etc/passwd').read() }}",
          "{{ eval('1') }}",
          "{{ exec('1') }}",
          "{{ globals() }}",
          "{{ getattr('', 'upper') }}",
          "{{ type('') }}",
          "{{ ''.getClass() }}",
          "{{ ''.class }}",
          "{{ ''.class.forName('java.lang.Runtime') }}",
          "{{ ''.getClass().forName('java.lang.Runtime').getRuntime().exec('id') }}",
          "{{ messages.getClass().getClassLoader() }}",
          "{{ messages.stream() }}",
          "{{ messages.iterator().next() }}",
          "{{ messages.toString() }}",
          "{{ messages.hashCode() }}",
          "{{ ''.value() }}",
          "{{ T(java.lang.Runtime).getRuntime().exec('id') }}",
          "{{ beans }}",
          "{{ _context }}",
          "{{ loop.__class__ }}",
          "{% for x in [1] %}{{ loop._iterator }}{{ loop.__init__ }}{% endfor %}",
          "{% macro m() %}{% endmacro %}{{ m._func.__globals__ }}",
          "{% macro m() %}{% endmacro %}{{ m.__init__ }}",
          "{{ caller.__globals__ }}",
          "{{ varargs.__class__ }}",
          "{{ dict.__mro__ }}",
          "{{ dict.mro() }}",
          "{{ dict.fromkeys.__self__ }}",
          "{{ ''.join.__self__.__class__ }}",
          "{{ ''.format.__globals__ }}",
          "{{ ''.format_map({'a': 1}).__class__ }}",
          "{{ '{a.__class__}'.format_map({'a': 1}) }}",
          "{{ ''.encode().decode() }}",
          "{{ ''.maketrans({}) }}",
          "{{ 1.0.as_integer_ratio() }}",
          "{{ (1).to_bytes(2) }}",
          "${7*7}",
          "#{7*7}",
          "<%= 7*7 %>",
          "{{7*'7'}}",
          "{{ dump(app) }}",
          "{php}echo `id`;{/php}",
          "{{ ['id']|filter('system') }}",
          "{{ ['id']|map('system')|list }}",
          "{{ 'id'|system }}",
          "{{ ''|random }}",
          "{% debug %}",
          "{% do 1 %}",
          "{% autoescape false %}{% endautoescape %}");

  static Stream<String> payloads() {
    Stream<String> climbing =
        WAYS.stream().flatMap(way -> ATTRIBUTES.stream().map(name -> way.replace("%s", name)));
    return Stream.concat(climbing, KNOWN.stream());
  }

  @Test
  void thereAreManyPayloads() {
    assertThat(payloads()).hasSizeGreaterThan(200).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("payloads")
  void inAMessageIsOnlyText(String payload) {
    String template =
        "{% for m in messages %}{% set c = m.content|trim %}<{{ m.content }}|{{ c ~ '' }}>"
            + "{% endfor %}";
    Input messages =
        new Input(
            Rendering.JSON
                .createArrayNode()
                .add(Rendering.JSON.createObjectNode().put("content", payload)),
            0);
    Output output = Rendering.render(template, Map.of("messages", messages));
    assertThat(output.text()).isEqualTo("<" + payload + "|" + payload + ">");
    assertThat(Rendering.origins(output).replace("0", "")).isEqualTo("TTT");
  }

  @ParameterizedTest
  @MethodSource("payloads")
  void inATemplateReachesNothing(String payload) {
    String text;
    try {
      text =
          Rendering.render(
                  payload, Map.of("messages", new Input(TextNode.valueOf("hello"), Origin.INPUT)))
              .text();
    } catch (Tune4jException refused) {
      return;
    }
    assertThat(text)
        .doesNotContain("class ", "<class", "module", "java", "tune4j", "root:", "uid=", "@");
  }
}
