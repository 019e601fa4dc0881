package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.argument;
import static org.tune4j.engine.misuse.Misuse.config;
import static org.tune4j.engine.misuse.Misuse.harmless;
import static org.tune4j.engine.misuse.Misuse.memory;
import static org.tune4j.engine.misuse.Misuse.missing;
import static org.tune4j.engine.misuse.Misuse.state;

import java.nio.ByteBuffer;
import java.util.List;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Scopes used after closing, and tensors of sizes that cannot be meant. */
final class ScopeMisuses {
  private static final long TERA = 1L << 40;
  private final TensorScope scope = TensorScope.open();

  List<Misuse> all() {
    return List.of(
        state("nested in a closed scope", "scope was used", () -> closed().nested()),
        state("empty in a closed scope", "closed", () -> closed().empty(DType.FLOAT32, 1)),
        state("floats in a closed scope", "closed", () -> closed().floats(new float[1])),
        state("doubles in a closed scope", "closed", () -> closed().doubles(new double[1])),
        state("longs in a closed scope", "closed", () -> closed().longs(new long[1])),
        state("ints in a closed scope", "closed", () -> closed().longs(new int[1])),
        state("bytes in a closed scope", "closed", () -> closed().bytes(ByteBuffer.allocate(1))),
        state("adopted by a closed scope", "closed", () -> closed().adopt(one())),
        state("adopted after closing", "closed", this::adoptClosed),
        state("floats in a scope whose parent is closed", "closed", this::inClosedParent),
        state("nested in a scope whose parent is closed", "closed", this::nestedInClosedParent),
        missing("adopted nothing", "tensor", () -> scope.adopt(null)),
        harmless("adopted by its own scope", () -> scope.adopt(one()).toFloats()),
        harmless("scope beside a closed one", () -> closed().beside().close()),
        harmless("scope closed twice", () -> closed().close()),
        harmless("child closed after its parent", this::childAfterParent),
        missing("device null", "device", () -> TensorScope.open(null)),
        config("device of another maker", "found tpu", () -> TensorScope.open("tpu")),
        config("device without a number", "found cuda:", () -> TensorScope.open("cuda:")),
        config("device beyond the last", "cuda:99", () -> TensorScope.open("cuda:99")),
        config("device beyond numbers", "cuda:99999999999", () -> open("cuda:99999999999")),
        missing("empty of no type", "dtype", () -> scope.empty(null, 1)),
        missing("empty of no shape", "shape", () -> scope.empty(DType.FLOAT32, (long[]) null)),
        argument("negative size", "[-1]", () -> scope.empty(DType.FLOAT32, -1)),
        argument("two negative sizes", "[-2, -3]", () -> scope.empty(DType.FLOAT32, -2, -3)),
        argument("the least size", "negative", () -> scope.empty(DType.UINT8, Long.MIN_VALUE)),
        argument("product beyond 64 bits", "2^63", () -> scope.empty(DType.UINT8, TERA, TERA)),
        argument("bytes beyond 64 bits", "2^63", () -> scope.empty(DType.FLOAT64, 1L << 60)),
        argument("bf16 from Java", "BFLOAT16", () -> scope.empty(DType.BFLOAT16, 2)),
        memory("4 TiB", "FLOAT32[1099511627776]", () -> scope.empty(DType.FLOAT32, TERA)),
        memory("2^62 bytes", "4611686018427387904", () -> scope.empty(DType.UINT8, 1L << 62)),
        memory("the greatest size", "UINT8", () -> scope.empty(DType.UINT8, Long.MAX_VALUE)),
        missing("floats of nothing", "values", () -> scope.floats(null)),
        missing("doubles of nothing", "values", () -> scope.doubles(null, 1)),
        missing("longs of nothing", "values", () -> scope.longs((long[]) null, 1)),
        missing("ints of nothing", "array", () -> scope.longs((int[]) null, 1)),
        missing("bytes of nothing", "values", () -> scope.bytes(null)),
        argument("numbers too few", "5 numbers", () -> scope.floats(new float[5], 2, 3)),
        argument("numbers too many", "[2]", () -> scope.doubles(new double[5], 2)),
        argument("negative sizes with a fitting product", "[-1, -1]", this::fittingProduct),
        argument("shape beyond 64 bits", "2^63", () -> scope.longs(new long[1], TERA, TERA)),
        config("no threads", "found 0", () -> NativeGate.setThreads(0)),
        config("negative threads", "found -3", () -> NativeGate.setThreads(-3)),
        config("absurdly many threads", "found 2147483647", () -> setThreads()));
  }

  private static void open(String device) {
    TensorScope.open(device).close();
  }

  private static void setThreads() {
    NativeGate.setThreads(Integer.MAX_VALUE);
  }

  private Tensor one() {
    return scope.floats(new float[] {1});
  }

  private static TensorScope closed() {
    TensorScope closed = TensorScope.open();
    closed.close();
    return closed;
  }

  private void adoptClosed() {
    Tensor tensor = one();
    tensor.close();
    scope.adopt(tensor);
  }

  private void inClosedParent() {
    TensorScope parent = TensorScope.open();
    TensorScope child = parent.nested();
    parent.close();
    child.floats(new float[1]);
  }

  private void nestedInClosedParent() {
    TensorScope parent = TensorScope.open();
    TensorScope child = parent.nested();
    parent.close();
    child.nested();
  }

  private void childAfterParent() {
    TensorScope parent = TensorScope.open();
    TensorScope child = parent.nested();
    parent.close();
    child.close();
  }

  private void fittingProduct() {
    scope.floats(new float[] {1}, -1, -1);
  }
}
