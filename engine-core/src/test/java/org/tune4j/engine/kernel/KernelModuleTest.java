package org.tune4j.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Calls of kernels, right ones and wrong ones: no misuse may end in a native fault. */
class KernelModuleTest {
  private static final String ROOT =
      """
        def add(self: __torch__.Root, x: Tensor, y: Tensor) -> Tensor:
          return torch.add(x, y)
        def product(self: __torch__.Root, x: Tensor, y: Tensor) -> Tensor:
          return torch.mm(x, y)
        def total(self: __torch__.Root, first: List[Tensor], x: Tensor, last: List[Tensor]) -> Tensor:
          y = x.clone()
          for t in first:
            y = torch.add(y, t)
          for t in last:
            y = torch.add(y, torch.mul(t, 10))
          return y
        def pick(self: __torch__.Root, x: List[Tensor], at: Tensor) -> Tensor:
          return x[int(at)]
        def gather(self: __torch__.Root, x: Tensor, at: Tensor) -> Tensor:
          return x.index_select(0, at)
        def count(self: __torch__.Root, x: Tensor) -> int:
          return x.size(0)
        def nothing(self: __torch__.Root, x: Tensor) -> Optional[Tensor]:
          return None
        def refuse(self: __torch__.Root, x: Tensor) -> Tensor:
          assert x.size(0) > 100, 'too few rows'
          return x
        def integer(self: __torch__.Root, x: Tensor) -> Tensor:
          return torch.full([int(x)], 1, dtype=4)
      """;
  private static KernelModule module;
  private static TensorScope scope;
  private static Tensor x;

  @BeforeAll
  static void load() {
    module = KernelModule.load("sums", Map.of(), ROOT);
    scope = TensorScope.open();
    x = scope.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
  }

  @AfterAll
  static void close() {
    scope.close();
    module.close();
  }

  @Test
  void errorNamesShapesAndTheLineOfTheKernel() {
    Tensor seven = scope.floats(new float[7]);
    assertThatThrownBy(() -> module.call(scope, "add", x, seven))
        .hasMessageContaining("FLOAT32[2, 3], FLOAT32[7]")
        .hasMessageContaining("return torch.add(x, y)");
    assertThatThrownBy(() -> module.call(scope, "refuse", x)).hasMessageContaining("too few rows");
  }

  @Test
  void textThatDoesNotCompileIsNamed() {
    assertThatThrownBy(
            () ->
                KernelModule.load(
                    "typo",
                    Map.of("part", "def f(x: Tensor) -> Tensor:\n  return torch.sofmax(x, 0)\n"),
                    "  def g(self: __torch__.Root, x: Tensor) -> Tensor:\n    return __torch__.part.f(x)\n"))
        .isInstanceOf(EngineBugException.class)
        .hasMessageContaining("typo")
        .hasMessageContaining("sofmax");
    assertThatThrownBy(() -> KernelModule.load("cut", Map.of(), "  def f(self\n"))
        .isInstanceOf(EngineBugException.class)
        .hasMessageContaining("cut");
    assertThatThrownBy(
            () -> KernelSources.read(KernelModuleTest.class, "/org/tune4j/engine/kernels", "none"))
        .isInstanceOf(EngineBugException.class)
        .hasMessageContaining("none.py");
  }

  @Test
  void closedModuleIsRefused() {
    KernelModule closed = KernelModule.load("closed", Map.of(), ROOT);
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.call(scope, "add", x, x))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void sameTensorMayStandInSeveralPlaces() {
    Tensor one = scope.floats(new float[] {1});
    Tensor sum = module.call(scope, "total", List.of(one, one), one, List.of(one, one, one)).get(0);
    assertThat(sum.toFloats()).containsExactly(33);
  }

  /** DJL keeps a call's structure in the names of its arrays, which threads share. */
  @Test
  void twoThreadsMayPassATensorToDifferentPlacesAtOnce() throws Exception {
    Tensor one = scope.floats(new float[] {1});
    ExecutorService threads = Executors.newFixedThreadPool(2);
    try {
      Callable<Void> single =
          () -> {
            for (int i = 0; i < 2000; i++) {
              try (TensorScope work = TensorScope.open()) {
                assertThat(module.call(work, "add", one, one).get(0).toFloats()).containsExactly(2);
              }
            }
            return null;
          };
      Callable<Void> listed =
          () -> {
            for (int i = 0; i < 2000; i++) {
              try (TensorScope work = TensorScope.open()) {
                List<Tensor> ones = List.of(one, one);
                assertThat(module.call(work, "total", ones, one, ones).get(0).toFloats())
                    .containsExactly(23);
              }
            }
            return null;
          };
      for (Future<Void> done : threads.invokeAll(List.of(single, listed))) {
        done.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }
}
