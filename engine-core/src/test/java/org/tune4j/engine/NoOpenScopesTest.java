package org.tune4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.tensor.ScopeOrigin;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

class NoOpenScopesTest {
  @Test
  void scopeThatIsLeftOpenIsNamedWithItsLine() {
    List<ScopeOrigin> before = TensorScope.openScopeOrigins();
    TensorScope left = forgotten();
    TensorScope inner = left.nested();
    assertThatThrownBy(() -> NoOpenScopes.requireClosed("this", before))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("this leaves open")
        .hasMessageContaining("opened by " + Thread.currentThread().getName())
        .hasMessageContaining("NoOpenScopesTest.forgotten(NoOpenScopesTest.java:")
        .hasMessageContaining(
            "NoOpenScopesTest.scopeThatIsLeftOpenIsNamedWithItsLine(NoOpenScopesTest.java:");
    inner.close();
    left.close();
    assertThatCode(() -> NoOpenScopes.requireClosed("this", before)).doesNotThrowAnyException();
  }

  private static TensorScope forgotten() {
    return TensorScope.open();
  }

  @Test
  void handlesAreCountedUntilTheyAreClosed() {
    long before = TensorScope.openHandles();
    String root =
        """
          def sum(self: __torch__.Root, x: Tensor, y: List[Tensor]) -> List[Tensor]:
            return [torch.add(x, y[0]), torch.add(x, y[1])]
        """;
    try (KernelModule module = KernelModule.load("sum", Map.of(), root);
        TensorScope scope = TensorScope.open()) {
      Tensor x = scope.floats(new float[] {1});
      assertThat(TensorScope.openHandles()).as("scope and tensor").isEqualTo(before + 2);
      module.call(scope, "sum", x, List.of(x, x));
      assertThat(TensorScope.openHandles())
          .as("two results, and x once more as part of a list")
          .isEqualTo(before + 5);
      x.close();
      assertThat(TensorScope.openHandles()).isEqualTo(before + 3);
    }
    assertThat(TensorScope.openHandles()).isEqualTo(before);
  }
}
