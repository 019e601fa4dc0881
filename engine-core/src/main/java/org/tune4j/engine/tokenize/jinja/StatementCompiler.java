package org.tune4j.engine.tokenize.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.tune4j.engine.tokenize.jinja.Step.Flow;

/** Turns statements into steps that run. */
final class StatementCompiler {
  private StatementCompiler() {}

  static Step compile(List<Statement> statements, Scope scope) {
    List<Step> steps = new ArrayList<>();
    for (Statement statement : statements) {
      steps.add(Step.at(statement.line(), compile(statement, scope)));
    }
    return Step.sequence(steps);
  }

  private static Step compile(Statement statement, Scope scope) {
    if (statement instanceof Statement.Output output) {
      return output(output, scope);
    }
    if (statement instanceof Statement.Assign assign) {
      return assign(assign, scope);
    }
    if (statement instanceof Statement.If branches) {
      return branches(branches, scope);
    }
    if (statement instanceof Statement.For loop) {
      return LoopCompiler.compile(loop, scope);
    }
    if (statement instanceof Statement.MacroDefinition macro) {
      return macro(macro, scope);
    }
    if (statement instanceof Statement.AssignBlock block) {
      return assignBlock(block, scope);
    }
    if (statement instanceof Statement.CallBlock block) {
      return callBlock(block, scope);
    }
    if (statement instanceof Statement.Generation generation) {
      return generation(generation, scope);
    }
    if (statement instanceof Statement.FilterBlock block) {
      return filterBlock(block, scope);
    }
    if (statement instanceof Statement.With with) {
      return with(with, scope);
    }
    return jump(statement, scope);
  }

  private static Step output(Statement.Output output, Scope scope) {
    List<Step> steps = new ArrayList<>();
    for (Expression part : output.parts()) {
      Code code = ExpressionCompiler.compile(part, scope);
      steps.add(Step.at(part.line(), frame -> print(frame, code.run(frame))));
    }
    return steps.size() == 1 ? steps.get(0) : Step.sequence(steps);
  }

  private static Flow print(Frame frame, Object value) {
    Text text = Repr.str(frame.runtime(), value);
    frame.runtime().copy(text);
    frame.output().append(text);
    return Flow.NEXT;
  }

  private static Step assign(Statement.Assign assign, Scope scope) {
    Target target = Target.compile(assign.target(), scope);
    Code value = ExpressionCompiler.compile(assign.value(), scope);
    return frame -> {
      target.check(frame);
      target.assign(frame, value.run(frame));
      return Flow.NEXT;
    };
  }

  /** A test, and what is done where it holds. */
  private record Branch(Code test, Step body) {
    static Branch of(Statement.If branch, Scope scope) {
      return new Branch(
          ExpressionCompiler.compile(branch.test(), scope), compile(branch.body(), scope));
    }
  }

  private static Step branches(Statement.If first, Scope scope) {
    Scope soft = scope.underCondition();
    List<Branch> branches = new ArrayList<>(List.of(Branch.of(first, soft)));
    first.alternatives().forEach(alternative -> branches.add(Branch.of(alternative, soft)));
    Step otherwise = compile(first.otherwise(), soft);
    return frame -> {
      for (Branch branch : branches) {
        if (Truth.of(branch.test().run(frame))) {
          return branch.body().run(frame);
        }
      }
      return otherwise.run(frame);
    };
  }

  private static Step macro(Statement.MacroDefinition macro, Scope scope) {
    Macro.Shape shape = shape(macro.name(), macro.function(), scope, macro.line());
    Slot slot = scope.symbols().slot(macro.name());
    return frame -> {
      frame.set(slot, new Macro(shape, frame));
      return Flow.NEXT;
    };
  }

  private static Macro.Shape shape(
      String name, Statement.Function function, Scope outer, int line) {
    Scope scope = outer.function(false);
    Symbols symbols = scope.symbols();
    learn(symbols, function);
    List<String> parameters = function.parameters().stream().map(Expression.Name::name).toList();
    Set<String> special = NameUse.undeclared(function.body(), "caller", "kwargs", "varargs");
    boolean usesCaller = special.contains("caller");
    int callerAt = parameters.indexOf("caller");
    if (usesCaller && callerAt >= 0 && callerAt < parameters.size() - function.defaults().size()) {
      throw Failure.syntax(
          "When defining macros or call blocks the special \"caller\" argument must be omitted or"
              + " be given a default.",
          line);
    }
    List<Slot> slots = new ArrayList<>();
    parameters.forEach(parameter -> slots.add(symbols.slot(parameter)));
    if (usesCaller && callerAt < 0) {
      slots.add(symbols.declareParameter("caller"));
    }
    boolean takesNamed = special.contains("kwargs") && !parameters.contains("kwargs");
    if (takesNamed) {
      slots.add(symbols.declareParameter("kwargs"));
    }
    boolean takesMore = special.contains("varargs") && !parameters.contains("varargs");
    if (takesMore) {
      slots.add(symbols.declareParameter("varargs"));
    }
    learn(symbols, function);
    return new Macro.Shape(
        name,
        parameters,
        slots,
        function.defaults().stream().map(e -> ExpressionCompiler.compile(e, scope)).toList(),
        usesCaller,
        takesNamed,
        takesMore,
        scope.function(),
        symbols,
        compile(function.body(), scope),
        1 + height(function.body()));
  }

  private static void learn(Symbols symbols, Statement.Function function) {
    symbols.visit(function.parameters());
    symbols.visit(function.defaults());
    symbols.visit(function.body());
  }

  /** How deep nodes nest. */
  static int height(List<? extends Node> nodes) {
    int height = 0;
    for (Node node : nodes) {
      height = Math.max(height, 1 + height(node.children()));
    }
    return height;
  }

  private static Step callBlock(Statement.CallBlock block, Scope scope) {
    Macro.Shape shape = shape(null, block.function(), scope, block.line());
    Code call = ExpressionCompiler.call(block.call(), scope, frame -> new Macro(shape, frame));
    return frame -> printText(frame, call.run(frame));
  }

  /** What a block gives to the output must be text already, unlike a value that is printed. */
  private static Flow printText(Frame frame, Object value) {
    if (!(value instanceof Text)) {
      throw Failure.error("expected str instance, " + TypeName.of(value) + " found");
    }
    return print(frame, value);
  }

  private static Step generation(Statement.Generation generation, Scope scope) {
    Macro.Shape shape = shape(null, generation.function(), scope, generation.line());
    return frame -> {
      Text text = (Text) new Macro(shape, frame).call(frame.runtime(), Arguments.NONE);
      return print(frame, frame.runtime().generated(text, frame.output()));
    };
  }

  private static Step assignBlock(Statement.AssignBlock block, Scope scope) {
    Scope inner = scope.block(false);
    inner.symbols().visit(block.body());
    Capture capture = new Capture(inner.symbols(), compile(block.body(), inner));
    Target target = Target.compile(block.target(), scope);
    Slot captured = inner.function().newSlot();
    Code value = filtered(block.filter(), inner, captured);
    return frame ->
        capture.run(
            frame,
            text -> {
              frame.set(captured, text);
              target.assign(frame, value.run(frame));
            });
  }

  /** The text of a block, through its filters if it has some. */
  private static Code filtered(Expression.Filtered filter, Scope scope, Slot captured) {
    if (filter == null) {
      return frame -> frame.get(captured);
    }
    Code input =
        filter.input() == null
            ? frame -> frame.get(captured)
            : filtered((Expression.Filtered) filter.input(), scope, captured);
    return ExpressionCompiler.filter(filter, scope, input);
  }

  private static Step filterBlock(Statement.FilterBlock block, Scope scope) {
    Scope inner = scope.block(false);
    inner.symbols().visit(block.body());
    inner.symbols().visit(List.of(block.filter()));
    Capture capture = new Capture(inner.symbols(), compile(block.body(), inner));
    Slot captured = inner.function().newSlot();
    Code value = filtered(block.filter(), inner, captured);
    return frame ->
        capture.run(
            frame,
            text -> {
              frame.set(captured, text);
              printText(frame, value.run(frame));
            });
  }

  /** A block of which the output is kept. */
  private record Capture(Symbols symbols, Step body) {
    Flow run(Frame frame, Consumer<Text> use) {
      symbols.begin(frame);
      TextBuilder builder = new TextBuilder();
      TextBuilder before = frame.redirect(builder);
      Flow flow = body.run(frame);
      frame.redirect(before);
      if (flow == Flow.NEXT) {
        use.accept(frame.runtime().made(builder.toText()));
      }
      symbols.end(frame);
      return flow;
    }
  }

  private static Step with(Statement.With with, Scope scope) {
    Scope inner = scope.block(false);
    inner.symbols().visit(with.targets());
    inner.symbols().visit(with.body());
    List<Target> targets =
        with.targets().stream().map(target -> Target.compile(target, inner)).toList();
    List<Code> values =
        with.values().stream().map(value -> ExpressionCompiler.compile(value, scope)).toList();
    Step body = compile(with.body(), inner);
    return frame -> {
      inner.symbols().begin(frame);
      for (int i = 0; i < targets.size(); i++) {
        targets.get(i).assign(frame, values.get(i).run(frame));
      }
      Flow flow = body.run(frame);
      inner.symbols().end(frame);
      return flow;
    };
  }

  private static Step jump(Statement statement, Scope scope) {
    boolean isBreak = statement instanceof Statement.Break;
    if (!scope.inLoop()) {
      throw Failure.syntax(
          isBreak ? "'break' outside loop" : "'continue' not properly in loop", statement.line());
    }
    return frame -> isBreak ? Flow.BREAK : Flow.CONTINUE;
  }
}
