package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.argument;
import static org.tune4j.engine.misuse.Misuse.bug;
import static org.tune4j.engine.misuse.Misuse.harmless;
import static org.tune4j.engine.misuse.Misuse.memory;
import static org.tune4j.engine.misuse.Misuse.missing;
import static org.tune4j.engine.misuse.Misuse.state;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Kernels called with what they do not take, and kernels that fail. */
final class KernelMisuses {
  private static final String ROOT =
      """
        def add(self: __torch__.Root, x: Tensor, y: Tensor) -> Tensor:
          return torch.add(x, y)
        def product(self: __torch__.Root, x: Tensor, y: Tensor) -> Tensor:
          return torch.mm(x, y)
        def pick(self: __torch__.Root, x: List[Tensor], at: Tensor) -> Tensor:
          return x[int(at)]
        def select(self: __torch__.Root, x: Tensor, at: Tensor) -> Tensor:
          return x.index_select(0, at)
        def gather(self: __torch__.Root, x: Tensor, at: Tensor) -> Tensor:
          return x.gather(0, at.unsqueeze(1))
        def scatter(self: __torch__.Root, x: Tensor, at: Tensor) -> Tensor:
          return x.clone().scatter_(0, at.unsqueeze(1), torch.ones([2, 1]))
        def scatter_add(self: __torch__.Root, x: Tensor, at: Tensor) -> Tensor:
          return x.clone().scatter_add_(0, at.unsqueeze(1), torch.ones([2, 1]))
        def copy_rows(self: __torch__.Root, x: Tensor, at: Tensor) -> Tensor:
          return x.clone().index_copy_(0, at, torch.ones([2, 3]))
        def index(self: __torch__.Root, x: Tensor, at: Tensor) -> Tensor:
          return x[at]
        def embed(self: __torch__.Root, x: Tensor, at: Tensor) -> Tensor:
          return torch.embedding(x, at)
        def embed_back(self: __torch__.Root, x: Tensor, at: Tensor) -> Tensor:
          return torch.embedding_dense_backward(x, at, 2, -1, False)
        def full(self: __torch__.Root, x: Tensor) -> Tensor:
          return torch.full([int(x)], 1, dtype=4)
        def divide(self: __torch__.Root, x: Tensor) -> Tensor:
          return torch.full([1 // int(x)], 1, dtype=4)
        def divide_tensors(self: __torch__.Root, x: Tensor) -> Tensor:
          return torch.floor_divide(x, x)
        def refuse(self: __torch__.Root, x: Tensor) -> Tensor:
          assert x.size(0) > 100, 'too few rows'
          return x
        def reshape(self: __torch__.Root, x: Tensor) -> Tensor:
          return x.view([4, 4])
        def count(self: __torch__.Root, x: Tensor) -> int:
          return x.size(0)
        def nothing(self: __torch__.Root, x: Tensor) -> Optional[Tensor]:
          return None
        def text(self: __torch__.Root, x: Tensor) -> str:
          return 'x'
        def none(self: __torch__.Root, x: Tensor) -> List[Tensor]:
          return annotate(List[Tensor], [])
        def gradient(self: __torch__.Root, x: Tensor) -> Tensor:
          return unchecked_cast(Tensor, torch.grad([x.sum()], [x], None, None, False, False)[0])
      """;
  private final KernelModule module = KernelModule.load("misused", Map.of(), ROOT);
  private final TensorScope scope = TensorScope.open();
  private final Tensor x = scope.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
  private final Tensor seven = scope.floats(new float[7]);
  private final Tensor doubles = scope.doubles(new double[9], 3, 3);
  private final Tensor beyond = scope.longs(new long[] {0, 9});
  private final Tensor below = scope.longs(new long[] {0, -9});
  private final Tensor absurd = scope.longs(new long[] {Long.MAX_VALUE, Long.MIN_VALUE});
  private final Tensor bf16 = TensorOps.zeros(scope, DType.BFLOAT16, 3, 3);

  List<Misuse> all() {
    return List.of(
        fails("method that is not there", "subtract", x, x),
        fails("empty method name", "", x),
        fails("method named by an absurd text", "add\0;DROP %s".repeat(500), x),
        fails("one argument too few", "add", x),
        fails("no arguments", "add"),
        fails("one argument too many", "add", x, x, x),
        fails("list where a tensor is wanted", "add", x, List.of(x)),
        fails("tensor where a list is wanted", "pick", x, beyond),
        wrong("null among the arguments", "add", "found null", x, null),
        wrong("null in a list", "pick", "null", Arrays.asList(x, null), beyond),
        wrong("empty list", "pick", "found []", List.of(), beyond),
        wrong("list of texts", "pick", "[x]", List.of("x"), beyond),
        wrong("list of lists", "pick", "[[", List.of(List.of(x)), beyond),
        wrong("number where a tensor is wanted", "add", "found 1", x, 1),
        wrong("array where a list is wanted", "pick", "argument 0", new float[] {1}, beyond),
        fails("shapes that do not broadcast", "add", x, seven),
        fails("shapes that do not multiply", "product", x, x),
        fails("vector where a matrix is wanted", "product", x, seven),
        fails("fp32 times fp64", "product", x, doubles),
        fails("fp32 times bf16", "product", x, bf16),
        fails("rows beyond the end", "select", x, beyond),
        fails("rows below 0", "select", x, below),
        fails("absurd rows", "select", x, absurd),
        fails("fp32 as rows", "select", x, seven),
        fails("gather beyond the end", "gather", x, beyond),
        fails("gather below 0", "gather", x, below),
        fails("scatter beyond the end", "scatter", x, beyond),
        fails("scatter below 0", "scatter", x, below),
        fails("scatter-add beyond the end", "scatter_add", x, beyond),
        fails("absurd scatter-add", "scatter_add", x, absurd),
        fails("copied rows beyond the end", "copy_rows", x, beyond),
        fails("copied rows below 0", "copy_rows", x, below),
        fails("index beyond the end", "index", x, beyond),
        fails("absurd index", "index", x, absurd),
        fails("embedding beyond the end", "embed", x, beyond),
        fails("embedding below 0", "embed", x, below),
        fails("list entry beyond the end", "pick", List.of(x), scope.longs(new long[] {3})),
        fails("several numbers as one", "full", seven),
        fails("negative size of a result", "full", scope.longs(new long[] {-1})),
        memory("2^59 results", "full", () -> call("full", scope.longs(new long[] {1L << 57}))),
        fails("results beyond 64 bits", "full", scope.longs(new long[] {1L << 61})),
        fails("division by zero", "divide", scope.longs(new long[] {0})),
        fails("division of integers by zero", "divide_tensors", scope.longs(new long[] {0})),
        fails("failed assertion", "refuse", x),
        fails("view of another size", "reshape", x),
        fails("method that returns a number", "count", x),
        fails("method that returns nothing", "nothing", x),
        bug("method that returns a text", "returned a text", () -> call("text", x)),
        harmless("method that returns an empty list", () -> call("none", x)),
        fails("gradient of what needs none", "gradient", x),
        state("closed tensor as argument", "was closed", () -> call("add", x, closed())),
        state("closed tensor in a list", "was closed", () -> call("pick", List.of(closed()), x)),
        state("results into a closed scope", "was closed", this::intoClosed),
        missing("results into no scope", "results", () -> module.call(null, "add", x, x)),
        missing("no arguments at all", "arguments", () -> call("add", (Object[]) null)),
        fails("method null", null, x),
        state("module that is closed", "closed.add", () -> closedModule().call(scope, "add", x, x)),
        harmless("module closed twice", () -> closedModule().close()),
        harmless("one tensor as both arguments", () -> call("add", x, x)),
        harmless("argument of another scope", this::ofAnotherScope));
  }

  private Misuse fails(String name, String method, Object... arguments) {
    return bug(name, "misused." + method, () -> call(method, arguments));
  }

  private Misuse wrong(String name, String method, String named, Object... arguments) {
    return argument(name, named, () -> call(method, arguments));
  }

  private List<Tensor> call(String method, Object... arguments) {
    try (TensorScope results = TensorScope.open()) {
      return module.call(results, method, arguments);
    }
  }

  private Tensor closed() {
    Tensor tensor = scope.floats(new float[3]);
    tensor.close();
    return tensor;
  }

  private void intoClosed() {
    TensorScope results = TensorScope.open();
    results.close();
    module.call(results, "add", x, x);
  }

  private void ofAnotherScope() {
    try (TensorScope other = TensorScope.open()) {
      call("add", x, other.floats(new float[] {1, 2, 3}));
    }
  }

  private static KernelModule closedModule() {
    KernelModule closed = KernelModule.load("closed", Map.of(), ROOT);
    closed.close();
    return closed;
  }
}
