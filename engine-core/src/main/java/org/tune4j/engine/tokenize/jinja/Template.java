package org.tune4j.engine.tokenize.jinja;

import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.tokenize.jinja.Output.Span;

/**
 * A compiled template: Jinja as {@code transformers} runs it for chats ({@code
 * ImmutableSandboxedEnvironment} with {@code trim_blocks}, {@code lstrip_blocks}, loop controls and
 * {@code generation}), with limits on what a rendering may use. It cannot reach anything but the
 * values it is given. Immutable; may be used by several threads.
 */
public final class Template {
  private final Object where;
  private final boolean strict;
  private final FunctionScope function;
  private final Symbols symbols;
  private final Step body;

  private Template(
      Object where, boolean strict, FunctionScope function, Symbols symbols, Step body) {
    this.where = where;
    this.strict = strict;
    this.function = function;
    this.symbols = symbols;
    this.body = body;
  }

  /**
   * Compiles a template.
   *
   * @param where the file it comes from, for errors
   * @throws ModelFormatException if the text is not a template; names file and line
   */
  public static Template compile(String source, Object where) {
    return compile(source, where, false);
  }

  /**
   * Compiles a template of rows, as jinja2 has it with {@code StrictUndefined} and {@code
   * keep_trailing_newline}: to print what is not there is a failure, since a prompt that lacks a
   * column would ask something else; and a line's end at the text's end stays.
   *
   * @param where the file it comes from, for errors
   * @throws ModelFormatException if the text is not a template; names file and line
   */
  public static Template compileStrict(String source, Object where) {
    return compile(source.endsWith("\n") ? source + "\n" : source, where, true);
  }

  private static Template compile(String source, Object where, boolean strict) {
    try {
      List<Statement> statements = Parser.parse(source);
      FunctionScope function = new FunctionScope(0);
      Scope scope = new Scope(new Symbols(null, function), function, false, false);
      scope.symbols().visit(statements);
      Step body = StatementCompiler.compile(statements, scope);
      return new Template(where, strict, function, scope.symbols(), body);
    } catch (Failure failure) {
      throw new ModelFormatException(
          where + ", line " + failure.line() + ": not a template: " + failure.getMessage(),
          failure);
    }
  }

  /**
   * Renders the template.
   *
   * @param trusted variables of which the text counts as the template's own
   * @param inputs all other variables; one of the same name as a trusted one replaces it
   * @param clock what time it is, for templates that write the date
   * @throws TemplateRefusal if the template calls {@code raise_exception}
   * @throws DataException if the template fails otherwise; names file and line
   */
  public Output render(
      Map<String, String> trusted, Map<String, Input> inputs, Supplier<LocalDateTime> clock) {
    try {
      Map<String, Object> variables = new HashMap<>();
      trusted.forEach((name, value) -> variables.put(name, Text.of(value)));
      InputReader reader = new InputReader();
      inputs.forEach((name, input) -> variables.put(name, reader.read(input)));
      Runtime runtime = new Runtime(strict, variables, reader.size(), clock);
      Frame frame = Frame.outermost(function, runtime);
      symbols.begin(frame);
      body.run(frame);
      return output(runtime);
    } catch (Failure failure) {
      throw exception(failure);
    } catch (StackOverflowError e) {
      throw new DataException(where + ": the template nests too deep for this thread's stack");
    }
  }

  private DataException exception(Failure failure) {
    if (failure.kind() == Failure.Kind.REFUSAL) {
      return new TemplateRefusal(where, failure.line(), failure.getMessage());
    }
    return new DataException(
        where
            + ", line "
            + failure.line()
            + ": the template cannot be rendered with these values: "
            + failure.getMessage(),
        failure);
  }

  private static Output output(Runtime runtime) {
    Text text = runtime.output().toText();
    List<Integer> ends = new ArrayList<>();
    List<Integer> origins = new ArrayList<>();
    List<Span> generations = new ArrayList<>();
    runtime.emptyGenerations().forEach(at -> generations.add(new Span(at, at)));
    int start = 0;
    for (int run = 0; run < text.runCount(); run++) {
      int end = text.runEnd(run);
      int generation = Mark.generation(text.runMark(run));
      boolean goesOn = run > 0 && Mark.generation(text.runMark(run - 1)) == generation;
      if (generation != 0 && end > start) {
        int first = goesOn ? generations.remove(generations.size() - 1).start() : start;
        generations.add(new Span(first, end));
      }
      int origin = Mark.origin(text.runMark(run));
      if (run > 0 && origins.get(origins.size() - 1) == origin) {
        ends.set(ends.size() - 1, end);
      } else {
        ends.add(end);
        origins.add(origin);
      }
      start = end;
    }
    generations.sort(Comparator.comparingInt(Span::start));
    return new Output(text.value(), ints(ends), ints(origins), List.copyOf(generations));
  }

  private static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }
}
