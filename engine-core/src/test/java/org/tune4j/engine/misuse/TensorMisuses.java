package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.argument;
import static org.tune4j.engine.misuse.Misuse.bug;
import static org.tune4j.engine.misuse.Misuse.harmless;
import static org.tune4j.engine.misuse.Misuse.missing;
import static org.tune4j.engine.misuse.Misuse.state;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Tensors read at a wrong time, as a wrong type or beyond their end. */
final class TensorMisuses {
  private final TensorScope scope = TensorScope.open();
  private final Tensor floats = scope.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
  private final Tensor bytes = scope.bytes(ByteBuffer.allocate(4));
  private final KernelModule odd =
      KernelModule.load(
          "odd",
          Map.of(),
          """
            def widened(self: __torch__.Root, x: Tensor) -> Tensor:
              return torch.zeros([1], dtype=6).expand([1099511627776])
            def sparse(self: __torch__.Root, x: Tensor) -> Tensor:
              return x.to_sparse()
            def meta(self: __torch__.Root, x: Tensor) -> Tensor:
              return x.to('meta')
            def complex(self: __torch__.Root, x: Tensor) -> Tensor:
              return torch.complex(x, x)
            def short(self: __torch__.Root, x: Tensor) -> Tensor:
              return x.to(2)
            def every_second(self: __torch__.Root, x: Tensor) -> Tensor:
              return x.view([-1])[0:6:2]
          """);

  List<Misuse> all() {
    return List.of(
        state("floats of a closed tensor", "was closed", () -> closed().toFloats()),
        state("doubles of a closed tensor", "was closed", () -> closed().toDoubles()),
        state("longs of a closed tensor", "was closed", () -> closed().toLongs()),
        state("bytes of a closed tensor", "was closed", () -> closed().copyTo(buffer(4), 4)),
        state("shape of a closed tensor", "was closed", () -> closed().shape()),
        state("type of a closed tensor", "was closed", () -> closed().dtype()),
        state("elements of a closed tensor", "was closed", () -> closed().elements()),
        state("size of a closed tensor", "was closed", () -> closed().size(0)),
        state("floats of a closed tensor whose shape is known", "[3]", this::knownThenClosed),
        state("floats after the scope", "was closed", () -> ofClosedScope().toFloats()),
        state("floats after the scope around", "was closed", () -> ofClosedParent().toFloats()),
        harmless("text of a closed tensor", () -> closed().toString()),
        harmless("tensor closed twice", () -> closed().close()),
        harmless("tensor closed after its scope", () -> ofClosedScope().close()),
        harmless("whether a closed tensor is closed", () -> closed().isClosed()),
        argument("fp32 read as fp64", "wanted FLOAT64, found FLOAT32[2, 3]", floats::toDoubles),
        argument("fp32 read as int64", "wanted INT64, found FLOAT32[2, 3]", floats::toLongs),
        argument("fp32 read as bytes", "wanted UINT8", () -> floats.copyTo(buffer(24), 24)),
        argument("bytes read as fp32", "found UINT8", bytes::toFloats),
        argument("bf16 read as fp32", "found BFLOAT16", () -> zeros(DType.BFLOAT16).toFloats()),
        argument("fp16 read as fp32", "found FLOAT16", () -> zeros(DType.FLOAT16).toFloats()),
        argument("bool read as bytes", "BOOL", () -> zeros(DType.BOOL).copyTo(buffer(2), 2)),
        argument("more bytes than there are", "has 4", () -> bytes.copyTo(buffer(9), 9)),
        argument("negative number of bytes", "-1 bytes", () -> bytes.copyTo(buffer(9), -1)),
        argument("more bytes than room", "room for 2", () -> bytes.copyTo(buffer(2), 4)),
        missing("bytes into nothing", "into", () -> bytes.copyTo(null, 4)),
        argument("bytes into a read-only buffer", "room for 0", this::intoReadOnly),
        new Misuse(
            "size of a dimension that is not there",
            () -> floats.size(2),
            IndexOutOfBoundsException.class,
            "2"),
        new Misuse(
            "size of dimension -1", () -> floats.size(-1), IndexOutOfBoundsException.class, "-1"),
        argument("2^40 numbers as an array", "[1099511627776]", () -> odd("widened").toFloats()),
        argument("numbers of a sparse tensor as fp64", "FLOAT64", () -> odd("sparse").toDoubles()),
        harmless("numbers of a sparse tensor", this::readSparse),
        argument("numbers of a tensor without memory", "deviceType", () -> odd("meta").toFloats()),
        bug("complex numbers as fp32", "complex64", () -> odd("complex").toFloats()),
        argument("int16 as int64", "INT64", () -> odd("short").toLongs()),
        harmless("every second number", () -> odd("every_second").toFloats()));
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size);
  }

  private void intoReadOnly() {
    bytes.copyTo(buffer(4).asReadOnlyBuffer(), 4);
  }

  private Tensor zeros(DType dtype) {
    return TensorOps.zeros(scope, dtype, 2);
  }

  private void readSparse() {
    if (!Arrays.equals(odd("sparse").toFloats(), floats.toFloats())) {
      throw new AssertionError("other numbers");
    }
  }

  private Tensor odd(String method) {
    return odd.call(scope, method, floats).get(0);
  }

  private Tensor closed() {
    Tensor tensor = TensorOps.zeros(scope, DType.FLOAT32, 3);
    tensor.close();
    return tensor;
  }

  private void knownThenClosed() {
    Tensor tensor = TensorOps.zeros(scope, DType.FLOAT32, 3);
    tensor.shape();
    tensor.close();
    tensor.toFloats();
  }

  private static Tensor ofClosedScope() {
    try (TensorScope own = TensorScope.open()) {
      return own.floats(new float[] {1});
    }
  }

  private static Tensor ofClosedParent() {
    try (TensorScope parent = TensorScope.open()) {
      return parent.nested().floats(new float[] {1});
    }
  }
}
