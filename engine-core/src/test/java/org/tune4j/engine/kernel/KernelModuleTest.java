package org.tune4j.engine.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.NativeMemoryException;
import org.tune4j.engine.tensor.DType;
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

  private record Misuse(
      String name, Runnable call, Class<? extends Exception> error, String message) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Misuse call(String name, String method, Object... arguments) {
    return new Misuse(
        name,
        () -> module.call(scope, method, arguments),
        EngineBugException.class,
        "sums." + method);
  }

  private static Misuse wrong(String name, String method, Object... arguments) {
    return argument(name, () -> module.call(scope, method, arguments), "sums." + method);
  }

  private static Misuse argument(String name, Runnable call, String message) {
    return new Misuse(name, call, IllegalArgumentException.class, message);
  }

  private static Misuse missing(String name, Runnable call) {
    return new Misuse(name, call, NullPointerException.class, "");
  }

  static List<Misuse> misuses() {
    Tensor ids = scope.longs(new long[] {0, 9}, 2);
    Tensor negative = scope.longs(new long[] {-1}, 1);
    Tensor seven = scope.floats(new float[7]);
    Tensor doubles = scope.doubles(new double[9], 3, 3);
    Tensor bytes = scope.empty(DType.UINT8, 6);
    Tensor bf16 = TensorOps.zeros(scope, DType.BFLOAT16, 4);
    return List.of(
        call("no such method", "subtract", x, x),
        call("empty method name", "", x),
        call("too few arguments", "add", x),
        call("no arguments", "add"),
        call("too many arguments", "add", x, x, x),
        call("list in place of a tensor", "add", x, List.of(x)),
        call("tensor in place of a list", "pick", x, ids),
        wrong("null argument", "add", x, null),
        wrong("null in a list", "pick", Arrays.asList(x, null), ids),
        wrong("empty list", "pick", List.of(), ids),
        wrong("list of texts", "pick", List.of("x"), ids),
        wrong("list of lists", "pick", List.of(List.of(x)), ids),
        wrong("number in place of a tensor", "add", x, 1),
        call("shapes that do not broadcast", "add", x, seven),
        call("shapes that do not multiply", "product", x, x),
        call("vector in place of a matrix", "product", x, seven),
        call("types that do not multiply", "product", x, doubles),
        call("bf16 and fp32", "product", x, bf16),
        call("row beyond the end", "gather", x, ids),
        call("negative row", "gather", x, negative),
        call("fp32 as rows", "gather", x, seven),
        call("list entry beyond the end", "pick", List.of(x), scope.longs(new long[] {3}, 1)),
        call("several numbers as one", "integer", seven),
        call("huge result", "integer", scope.longs(new long[] {1L << 60}, 1)),
        call("negative size of a result", "integer", negative),
        call("failed assertion of a kernel", "refuse", x),
        call("method that returns a number", "count", x),
        call("method that returns nothing", "nothing", x),
        argument("rows beyond the end", () -> TensorOps.rows(scope, x, 1, 5), "5 rows from 1"),
        argument("negative number of rows", () -> TensorOps.rows(scope, x, 0, -2), "-2 rows"),
        argument("negative first row", () -> TensorOps.rows(scope, x, -1, 1), "from -1"),
        argument("view beyond the end", () -> TensorOps.view(scope, seven, 4, 2, 2), "has 7"),
        argument("view before the start", () -> TensorOps.view(scope, seven, -2, 2), "from -2"),
        argument("negative sizes", () -> TensorOps.zeros(scope, DType.FLOAT32, 2, -3), "[2, -3]"),
        new Misuse(
            "huge zeros",
            () -> TensorOps.zeros(scope, DType.FLOAT32, 1L << 59),
            NativeMemoryException.class,
            "2305843009213693952 bytes"),
        argument("copy of another shape", () -> TensorOps.copy(x, seven), "FLOAT32[7] over"),
        argument(
            "cast of nothing", () -> TensorOps.cast(scope, null, DType.FLOAT32), "tensor.cast"),
        missing("cast to nothing", () -> TensorOps.cast(scope, x, null)),
        argument("fp32 read as fp64", () -> x.toDoubles(), "wanted FLOAT64, found FLOAT32"),
        argument("fp32 read as int64", () -> x.toLongs(), "wanted INT64, found FLOAT32"),
        argument(
            "fp32 read as bytes",
            () -> x.copyTo(ByteBuffer.allocate(4), 4),
            "wanted UINT8, found FLOAT32"),
        argument("bf16 read as fp32", () -> bf16.toFloats(), "wanted FLOAT32, found BFLOAT16"),
        argument("uint8 read as fp32", () -> bytes.toFloats(), "wanted FLOAT32, found UINT8"),
        argument("numbers that do not fit the shape", () -> scope.floats(new float[5], 2, 3), "5"),
        argument("bf16 from Java", () -> scope.empty(DType.BFLOAT16, 2), "BFLOAT16"),
        argument("negative size", () -> scope.empty(DType.FLOAT32, -1), "[-1]"),
        argument("beyond 64 bits", () -> scope.empty(DType.FLOAT32, 1L << 62, 4), "2^63"),
        missing("numbers from nothing", () -> scope.floats(null, 1)),
        argument(
            "half a number to read",
            () -> TensorOps.read(x, DType.FLOAT32, 0, ByteBuffer.allocate(6)),
            "6 bytes"),
        argument(
            "reading from within a number",
            () -> TensorOps.read(x, DType.FLOAT32, 2, ByteBuffer.allocate(4)),
            "from 2"),
        argument(
            "reading beyond the end",
            () -> TensorOps.read(x, DType.FLOAT32, 16, ByteBuffer.allocate(12)),
            "3 numbers from 4"));
  }

  @ParameterizedTest
  @MethodSource("misuses")
  void misuseIsAnExceptionThatNamesTheKernel(Misuse misuse) {
    assertThatThrownBy(misuse.call()::run)
        .isInstanceOf(misuse.error())
        .hasMessageContaining(misuse.message());
    assertThat(module.call(scope, "add", x, x).get(0).toFloats())
        .as("the module works on")
        .containsExactly(2, 4, 6, 8, 10, 12);
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
