package org.tune4j.eval.junit;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;
import org.tune4j.eval.gate.QualityGate;
import org.tune4j.eval.result.EvalResult;

/** Does what {@link EvalTest} says. */
final class EvalExtension implements ParameterResolver, AfterTestExecutionCallback {
  private static final Namespace NAMESPACE = Namespace.create(EvalExtension.class);

  /** Closes a model with the test class that it was made for. */
  private record Kept(EvaluatedModel model) implements Store.CloseableResource {
    @Override
    public void close() throws Exception {
      model.close();
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == EvalResult.class;
  }

  @Override
  public EvalResult resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return result(context);
  }

  /** A test that asks for no result is measured here, for its gate. */
  @Override
  public void afterTestExecution(ExtensionContext context) {
    String gate = annotation(context).gate();
    if (gate.isEmpty() || context.getExecutionException().isPresent()) {
      return;
    }
    EvalAssertions.assertThat(result(context))
        .passes(gate.equals("default") ? QualityGate.standard() : QualityGate.read(Path.of(gate)));
  }

  private static EvalTest annotation(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getRequiredTestMethod(), EvalTest.class)
        .orElseThrow();
  }

  private static EvalResult result(ExtensionContext context) {
    EvalTest test = annotation(context);
    Path task = Path.of(test.task());
    return ofClass(context)
        .getOrComputeIfAbsent(
            List.of(task, test.limit(), test.model(), test.modelMethod()),
            key -> model(test, context).evaluate(task, test.limit()),
            EvalResult.class);
  }

  /** What is kept here ends with the test class. */
  private static Store ofClass(ExtensionContext context) {
    return context.getParent().orElseThrow().getStore(NAMESPACE);
  }

  private static EvaluatedModel model(EvalTest test, ExtensionContext context) {
    if (test.model().isEmpty() == test.modelMethod().isEmpty()) {
      throw wrong(context, "wanted one of model and modelMethod");
    }
    return ofClass(context)
        .getOrComputeIfAbsent(
            List.of(test.model(), test.modelMethod()),
            key ->
                new Kept(
                    test.model().isEmpty()
                        ? made(test.modelMethod(), context)
                        : EvaluatedModel.load(Path.of(test.model()))),
            Kept.class)
        .model;
  }

  private static EvaluatedModel made(String name, ExtensionContext context) {
    Method method =
        ReflectionSupport.findMethod(context.getRequiredTestClass(), name)
            .filter(found -> Modifier.isStatic(found.getModifiers()))
            .filter(found -> found.getReturnType() == EvaluatedModel.class)
            .orElseThrow(
                () ->
                    wrong(
                        context,
                        "modelMethod: there is no static EvaluatedModel %s()".formatted(name)));
    Object made = ReflectionSupport.invokeMethod(method, null);
    if (made == null) {
      throw wrong(context, "modelMethod: %s() gave null".formatted(name));
    }
    return (EvaluatedModel) made;
  }

  private static ExtensionConfigurationException wrong(ExtensionContext context, String what) {
    return new ExtensionConfigurationException(
        "@EvalTest on %s.%s: %s"
            .formatted(
                context.getRequiredTestClass().getName(),
                context.getRequiredTestMethod().getName(),
                what));
  }
}
