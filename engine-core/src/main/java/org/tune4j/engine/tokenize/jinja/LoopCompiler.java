package org.tune4j.engine.tokenize.jinja;

import java.util.Iterator;
import java.util.List;
import org.tune4j.engine.tokenize.jinja.Step.Flow;

/** Turns {@code for} into a step that runs. */
final class LoopCompiler {
  /**
   * What of a loop is known once it is compiled.
   *
   * @param loop where the variable {@code loop} is kept, null if nobody looks at it
   * @param weight how much its call takes of the depth that is allowed, if it is recursive
   */
  private record Loop(
      Condition condition,
      Target target,
      Slot loop,
      Symbols symbols,
      Step body,
      Symbols otherwiseSymbols,
      Step otherwise,
      int weight) {

    Flow run(Frame outer, Frame frame, Object items, LoopValue.Recursion recursion, int depth) {
      Runtime runtime = frame.runtime();
      Iterator<Object> iterator = Iteration.iterator(items);
      LoopValue state =
          condition == null
              ? new LoopValue(items, iterator, recursion, depth)
              : condition.filtered(outer, iterator, recursion, depth);
      boolean nothing = true;
      Flow flow = Flow.NEXT;
      while (flow != Flow.BREAK && state.hasNext()) {
        runtime.step(1);
        target.assign(frame, state.next());
        if (loop != null) {
          frame.set(loop, state);
        }
        symbols.begin(frame);
        flow = body.run(frame);
        // jinja2 notes an item only where the body came to its end.
        nothing &= flow != Flow.NEXT;
      }
      symbols.end(frame);
      if (!nothing || otherwise == null) {
        return Flow.NEXT;
      }
      otherwiseSymbols.begin(frame);
      Flow last = otherwise.run(frame);
      otherwiseSymbols.end(frame);
      return last;
    }
  }

  /** The {@code if} of a loop, which jinja2 makes a function of its own. */
  private record Condition(Scope scope, Target target, Code test) {
    LoopValue filtered(
        Frame outer, Iterator<Object> items, LoopValue.Recursion recursion, int depth) {
      Frame frame = outer.inner(scope.function());
      scope.symbols().begin(frame);
      Iterator<Object> chosen =
          SelectionFilters.filtered(
              frame.runtime(),
              items,
              item -> {
                target.assign(frame, item);
                return Truth.of(test.run(frame));
              });
      return new LoopValue(null, chosen, recursion, depth);
    }
  }

  private LoopCompiler() {}

  static Step compile(Statement.For loop, Scope scope) {
    refuseAssignmentToLoop(loop);
    Code items = ExpressionCompiler.compile(loop.items(), scope);
    Scope inner = loop.recursive() ? scope.function(true) : scope.block(true);
    boolean extended = loop.recursive() || !NameUse.undeclared(loop.body(), "loop").isEmpty();
    Slot slot = extended ? inner.symbols().declareParameter("loop") : null;
    inner.symbols().visitLoopTarget(loop.target());
    inner.symbols().visit(loop.body());
    Scope otherwise = otherwise(loop, scope, inner);
    Loop compiled =
        new Loop(
            condition(loop, scope),
            Target.compile(loop.target(), inner),
            slot,
            inner.symbols(),
            StatementCompiler.compile(loop.body(), inner),
            otherwise.symbols(),
            loop.otherwise().isEmpty()
                ? null
                : StatementCompiler.compile(loop.otherwise(), otherwise),
            1 + StatementCompiler.height(List.of(loop)));
    return loop.recursive()
        ? recursive(compiled, inner.function(), items)
        : frame -> compiled.run(frame, frame, items.run(frame), null, 0);
  }

  private static Scope otherwise(Statement.For loop, Scope scope, Scope inner) {
    Symbols symbols = new Symbols(scope.symbols(), inner.function());
    symbols.visit(loop.otherwise());
    boolean inLoop = !loop.recursive() && scope.inLoop();
    return new Scope(symbols, inner.function(), false, inLoop);
  }

  /** A recursive loop where it stands: it can be rendered again for the items within an item. */
  private record Recursive(Loop loop, FunctionScope function, Frame outer)
      implements LoopValue.Recursion {
    @Override
    public Text render(Runtime runtime, Object items, int depth) {
      runtime.enter(loop.weight());
      Frame frame = outer.inner(function);
      loop.run(outer, frame, items, this, depth);
      runtime.leave(loop.weight());
      return runtime.made(frame.output().toText());
    }
  }

  private static Step recursive(Loop loop, FunctionScope function, Code items) {
    return frame -> {
      Recursive recursion = new Recursive(loop, function, frame);
      frame.output().append(recursion.render(frame.runtime(), items.run(frame), 0));
      return Flow.NEXT;
    };
  }

  private static Condition condition(Statement.For loop, Scope scope) {
    if (loop.test() == null) {
      return null;
    }
    Scope inner = scope.function(false);
    inner.symbols().visitLoopTarget(loop.target());
    inner.symbols().visit(List.of(loop.test()));
    return new Condition(
        inner,
        Target.compile(loop.target(), inner),
        ExpressionCompiler.compile(loop.test(), inner));
  }

  private static void refuseAssignmentToLoop(Node node) {
    if (node instanceof Expression.Name name
        && name.use() == Expression.Use.STORE
        && name.name().equals("loop")) {
      throw Failure.syntax("Can't assign to special loop variable in for-loop target", name.line());
    }
    node.children().forEach(LoopCompiler::refuseAssignmentToLoop);
  }
}
