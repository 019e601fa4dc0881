package org.tune4j.engine;

import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.tune4j.engine.tensor.ScopeOrigin;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Fails a test, or a test class, that leaves a tensor scope open, and names the lines that opened
 * it. JUnit finds it by itself; the build starts the tests' JVM with {@code tune4j.leaks}.
 */
public final class NoOpenScopes
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private static final Namespace OURS = Namespace.create(NoOpenScopes.class);

  @Override
  public void beforeAll(ExtensionContext context) {
    remember(context);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    remember(context);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    requireClosed(context);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    requireClosed(context);
  }

  private static void remember(ExtensionContext context) {
    context.getStore(OURS).put(context.getUniqueId(), TensorScope.openScopeOrigins());
  }

  private static void requireClosed(ExtensionContext context) {
    requireClosed(
        context.getDisplayName(), context.getStore(OURS).get(context.getUniqueId(), List.class));
  }

  /**
   * Fails if a scope is open that was not open before.
   *
   * @param test its name, for the message
   * @param before what {@link TensorScope#openScopeOrigins} gave
   */
  static void requireClosed(String test, List<?> before) {
    List<ScopeOrigin> left =
        TensorScope.openScopeOrigins().stream().filter(open -> !before.contains(open)).toList();
    if (!left.isEmpty()) {
      throw new AssertionError(test + " leaves open: " + left);
    }
  }
}
