package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.argument;
import static org.tune4j.engine.misuse.Misuse.harmless;
import static org.tune4j.engine.misuse.Misuse.memory;
import static org.tune4j.engine.misuse.Misuse.missing;
import static org.tune4j.engine.misuse.Misuse.state;

import java.nio.ByteBuffer;
import java.util.List;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Tensors made, filled, viewed and read beyond their bounds. */
final class OpsMisuses {
  private static final DType FP32 = DType.FLOAT32;
  private static final long TERA = 1L << 40;
  private final TensorScope scope = TensorScope.open();
  private final Tensor x = scope.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
  private final Tensor seven = scope.floats(new float[7]);
  private final Tensor scalar = TensorOps.zeros(scope, FP32);

  List<Misuse> all() {
    return List.of(
        argument("zeros of a negative size", "[2, -3]", () -> zeros(2, -3)),
        argument("zeros of the least size", "negative", () -> zeros(Long.MIN_VALUE)),
        argument("zeros beyond 64 bits", "2^63", () -> zeros(TERA, TERA)),
        argument("zeros of the greatest size", "2^63", () -> zeros(Long.MAX_VALUE)),
        memory("4 TiB of zeros", "tensor.zeros", () -> zeros(TERA)),
        memory("2^61 bytes of zeros", "2305843009213693952 bytes", () -> zeros(1L << 59)),
        memory("4 TiB of bf16", "zeros", () -> zeros(DType.BFLOAT16, 2 * TERA)),
        missing("zeros of no type", "dtype", () -> TensorOps.zeros(scope, null, 1)),
        missing("zeros in no scope", "scope", () -> TensorOps.zeros(null, FP32, 1)),
        state("zeros in a closed scope", "closed", () -> TensorOps.zeros(closed(), FP32, 1)),
        argument("cast of nothing", "tensor.cast", () -> TensorOps.cast(scope, null, FP32)),
        missing("cast to nothing", "dtype", () -> TensorOps.cast(scope, x, null)),
        state("cast of a closed tensor", "closed", () -> TensorOps.cast(scope, gone(), FP32)),
        argument("copy of another shape", "FLOAT32[7] over", () -> TensorOps.copy(x, seven)),
        argument("copy of one number over many", "FLOAT32[]", () -> TensorOps.copy(x, scalar)),
        state("copy over a closed tensor", "closed", () -> TensorOps.copy(gone(), scalar)),
        missing("copy of nothing", "source", () -> TensorOps.copy(x, null)),
        missing("copy over nothing", "target", () -> TensorOps.copy(null, x)),
        harmless("copy over itself", () -> TensorOps.copy(x, x)),
        argument("adding another shape", "FLOAT32[7] to", () -> TensorOps.add(x, seven)),
        argument("adding one number to many", "FLOAT32[]", () -> TensorOps.add(x, scalar)),
        state("adding a closed tensor", "closed", () -> TensorOps.add(scalar, gone())),
        missing("adding nothing", "more", () -> TensorOps.add(x, null)),
        argument("more rows than there are", "5 rows from 1", () -> rows(x, 1, 5)),
        argument("rows from before the first", "from -1", () -> rows(x, -1, 1)),
        argument("negative number of rows", "-2 rows", () -> rows(x, 0, -2)),
        argument("absurdly many rows", "has 2", () -> rows(x, 1, Long.MAX_VALUE)),
        argument("rows of a scalar", "has 0", () -> rows(scalar, 0, 1)),
        missing("rows of nothing", "x", () -> rows(null, 0, 1)),
        harmless("no rows, from the end", () -> rows(x, 2, 0)),
        argument("numbers beyond the end", "4 numbers from 4", () -> view(seven, 4, 2, 2)),
        argument("numbers from before the start", "from -2", () -> view(seven, -2, 2)),
        argument("negative shape of a view", "[-2]", () -> view(seven, 0, -2)),
        argument("absurd shape of a view", "2^63", () -> view(seven, 0, TERA, TERA)),
        argument("absurd start of a view", "has 7", () -> view(seven, Long.MAX_VALUE, 1)),
        argument("numbers of a matrix", "has 0", () -> view(x, 0, 6)),
        argument("half a number", "6 bytes", () -> read(x, 0, 6)),
        argument("reading from within a number", "from 2", () -> read(x, 2, 4)),
        argument("reading beyond the end", "3 numbers from 4", () -> read(x, 16, 12)),
        argument("reading before the start", "from -1", () -> read(x, -4, 4)),
        argument("reading from an absurd place", "has 6", () -> read(x, Long.MAX_VALUE - 7, 4)),
        missing("reading into nothing", "into", () -> TensorOps.read(x, FP32, 0, null)),
        new Misuse(
            "reading into a read-only buffer",
            () -> TensorOps.read(x, FP32, 0, ByteBuffer.allocate(4).asReadOnlyBuffer()),
            IllegalArgumentException.class,
            "room for 0"),
        state("reading a closed tensor", "closed", () -> read(gone(), 0, 4)),
        missing("filling from nothing", "source", () -> TensorOps.fill(x, FP32, null)),
        missing("filling with no type", "stored", () -> TensorOps.fill(x, null, (o, b) -> {})),
        state("filling a closed tensor", "closed", () -> fill(gone(), OpsMisuses::failing)),
        state("filling a tensor that its source closes", "closed", this::closedBySource),
        argument("filling with too few bytes", "24 of 24", () -> fill(x, (offset, into) -> {})),
        new Misuse(
            "filling from a source that fails",
            () -> fill(x, OpsMisuses::failing),
            UnsupportedOperationException.class,
            "no bytes"));
  }

  private static TensorScope closed() {
    TensorScope closed = TensorScope.open();
    closed.close();
    return closed;
  }

  private Tensor gone() {
    Tensor tensor = TensorOps.zeros(scope, FP32, 3);
    tensor.close();
    return tensor;
  }

  private void zeros(long... shape) {
    zeros(FP32, shape);
  }

  private void zeros(DType dtype, long... shape) {
    TensorOps.zeros(scope, dtype, shape);
  }

  private void rows(Tensor tensor, long first, long count) {
    TensorOps.rows(scope, tensor, first, count);
  }

  private void view(Tensor tensor, long offset, long... shape) {
    TensorOps.view(scope, tensor, offset, shape);
  }

  private static void read(Tensor tensor, long offset, int bytes) {
    TensorOps.read(tensor, FP32, offset, ByteBuffer.allocate(bytes));
  }

  private static void fill(Tensor tensor, TensorOps.ByteSource source) {
    TensorOps.fill(tensor, FP32, source);
  }

  private static void failing(long offset, ByteBuffer into) {
    throw new UnsupportedOperationException("there are no bytes");
  }

  private void closedBySource() {
    Tensor tensor = TensorOps.zeros(scope, FP32, 3);
    fill(
        tensor,
        (offset, into) -> {
          into.position(into.limit());
          tensor.close();
        });
  }
}
