package org.tune4j.engine.kernel;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.tune4j.engine.NativeMemoryException;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** Making, filling and reading tensors of every element type (kernel file {@code tensor.py}). */
public final class TensorOps {
  /** Bytes that are moved between Java and native memory at a time; a multiple of every type's. */
  private static final int STAGING_BYTES = 1 << 22;

  /** libtorch's number of a type that nothing is computed in. */
  private static final int INT16 = 2;

  private static final KernelModule MODULE =
      KernelModule.load(
          "tensor",
          KernelSources.read(TensorOps.class, "/org/tune4j/engine/kernels", "tensor"),
          """
            def zeros(self: __torch__.Root, shape: Tensor, like: Tensor, dtype: Tensor) -> Tensor:
              return __torch__.tensor.zeros(shape, like, dtype)
            def store(self: __torch__.Root, target: Tensor, offset: Tensor, numbers: Tensor) -> Tensor:
              return __torch__.tensor.store(target, offset, numbers)
            def fetch(self: __torch__.Root, source: Tensor, range: Tensor, dtype: Tensor) -> Tensor:
              return __torch__.tensor.fetch(source, range, dtype)
            def plain(self: __torch__.Root, x: Tensor) -> Tensor:
              return __torch__.tensor.plain(x)
            def place(self: __torch__.Root, target: Tensor, range: Tensor) -> Tensor:
              return __torch__.tensor.place(target, range)
            def finite(self: __torch__.Root, x: Tensor) -> Tensor:
              return __torch__.tensor.finite(x)
            def cast(self: __torch__.Root, x: Tensor, dtype: Tensor) -> Tensor:
              return __torch__.tensor.cast(x, dtype)
            def copy(self: __torch__.Root, target: Tensor, source: Tensor) -> Tensor:
              return __torch__.tensor.copy(target, source)
            def add(self: __torch__.Root, target: Tensor, more: Tensor) -> Tensor:
              return target.add_(more)
            def grow(self: __torch__.Root, target: Tensor, source: Tensor) -> Tensor:
              return __torch__.tensor.grow(target, source)
            def rows(self: __torch__.Root, x: Tensor, range: Tensor) -> Tensor:
              return __torch__.tensor.rows(x, range)
            def transposed(self: __torch__.Root, x: Tensor) -> Tensor:
              return x.t()
            def view(self: __torch__.Root, x: Tensor, offset: Tensor, shape: Tensor) -> Tensor:
              return __torch__.tensor.view(x, offset, shape)
            def put_bytes(self: __torch__.Root, target: Tensor, offset: Tensor, x: Tensor) -> Tensor:
              return __torch__.tensor.put_bytes(target, offset, x)
            def from_bytes(self: __torch__.Root, source: Tensor, range: Tensor, dtype: Tensor, shape: Tensor) -> Tensor:
              return __torch__.tensor.from_bytes(source, range, dtype, shape)
            def fingerprint(self: __torch__.Root, x: Tensor, dtype: Tensor) -> Tensor:
              return __torch__.tensor.fingerprint(x, dtype)
          """);

  private TensorOps() {}

  /**
   * Where the numbers of a tensor come from: each call fills the buffer up to its limit with the
   * bytes from {@code offset} on.
   */
  @FunctionalInterface
  public interface ByteSource {
    void read(long offset, ByteBuffer into);
  }

  /**
   * A tensor of zeros.
   *
   * @throws NativeMemoryException if there is not enough memory for it
   */
  public static Tensor zeros(TensorScope scope, DType dtype, long... shape) {
    dtype.bytes(shape);
    try (TensorScope work = scope.nested()) {
      return MODULE
          .call(
              scope,
              "zeros",
              work.longs(shape, shape.length),
              work.empty(DType.UINT8, 0),
              integer(work, dtype.code()))
          .get(0);
    }
  }

  /** The same numbers in another element type; the tensor itself when it has that type already. */
  public static Tensor cast(TensorScope scope, Tensor x, DType dtype) {
    try (TensorScope work = scope.nested()) {
      return MODULE.call(scope, "cast", x, integer(work, dtype.code())).get(0);
    }
  }

  /** Whether no number of a tensor is NaN or infinite. */
  public static boolean isFinite(Tensor x) {
    try (TensorScope work = TensorScope.open()) {
      return MODULE.call(work, "finite", x).get(0).toLongs()[0] == 1;
    }
  }

  /** Copies the numbers of one tensor over those of another of the same shape. */
  public static void copy(Tensor target, Tensor source) {
    if (!Arrays.equals(target.shape(), source.shape())) {
      throw new IllegalArgumentException("Copying " + source + " over " + target);
    }
    try (TensorScope work = TensorScope.open()) {
      MODULE.call(work, "copy", target, source);
    }
  }

  /** Adds the numbers of one tensor to those of another of the same shape. */
  public static void add(Tensor target, Tensor more) {
    if (!Arrays.equals(target.shape(), more.shape())) {
      throw new IllegalArgumentException("Adding " + more + " to " + target);
    }
    try (TensorScope work = TensorScope.open()) {
      MODULE.call(work, "add", target, more);
    }
  }

  /**
   * A tensor with more rows (entries of the first dimension) than another: they are the mean of
   * those that it has.
   *
   * @param rows at least as many as it has
   */
  public static Tensor grown(TensorScope scope, Tensor x, long rows) {
    long[] shape = x.shape();
    if (shape.length == 0 || shape[0] == 0 || rows < shape[0]) {
      throw new IllegalArgumentException(
          "Growing: wanted at least one row and no fewer than there are, found %d for %s"
              .formatted(rows, x));
    }
    shape[0] = rows;
    Tensor target = zeros(scope, x.dtype(), shape);
    try (TensorScope work = TensorScope.open()) {
      MODULE.call(work, "grow", target, x);
    }
    return target;
  }

  /** A view of some rows (entries of the first dimension): it shares memory with the tensor. */
  public static Tensor rows(TensorScope scope, Tensor x, long first, long count) {
    long[] shape = x.shape();
    requireWithin("rows", first, count, shape.length == 0 ? 0 : shape[0], x);
    try (TensorScope work = scope.nested()) {
      return MODULE.call(scope, "rows", x, work.longs(new long[] {first, count})).get(0);
    }
  }

  /** A view of a matrix with rows and columns exchanged. */
  public static Tensor transposed(TensorScope scope, Tensor matrix) {
    if (matrix.shape().length != 2) {
      throw new IllegalArgumentException("Wanted a matrix, found " + matrix);
    }
    return MODULE.call(scope, "transposed", matrix).get(0);
  }

  /** A view of a flat tensor's numbers from {@code offset} on, in the given shape. */
  public static Tensor view(TensorScope scope, Tensor flat, long offset, long... shape) {
    long numbers = DType.UINT8.bytes(shape);
    requireWithin("numbers", offset, numbers, flat.shape().length == 1 ? flat.elements() : 0, flat);
    try (TensorScope work = scope.nested()) {
      return MODULE
          .call(scope, "view", flat, integer(work, offset), work.longs(shape, shape.length))
          .get(0);
    }
  }

  /** Copies the bytes of a tensor over those of a flat UINT8 tensor from {@code offset} on. */
  public static void putBytes(Tensor target, long offset, Tensor x) {
    requireWithin("bytes", offset, x.dtype().bytes(x.shape()), target.elements(), target);
    try (TensorScope work = TensorScope.open()) {
      MODULE.call(work, "put_bytes", target, integer(work, offset), x);
    }
  }

  /**
   * What {@link #putBytes} put there, in a tensor of its own.
   *
   * @param offset a multiple of the bytes of a number
   */
  public static Tensor fromBytes(
      TensorScope scope, Tensor source, long offset, DType dtype, long... shape) {
    long bytes = dtype.bytes(shape);
    requireWithin("bytes", offset, bytes, source.elements(), source);
    try (TensorScope work = scope.nested()) {
      return MODULE
          .call(
              scope,
              "from_bytes",
              source,
              work.longs(new long[] {offset, bytes}),
              integer(work, dtype.code()),
              work.longs(shape, shape.length))
          .get(0);
    }
  }

  /**
   * A number that changes with any bit of a tensor, and with the order of its numbers; for telling
   * whether two tensors are the same, not against intent.
   */
  public static long fingerprint(Tensor x) {
    int sameSize =
        switch (x.dtype().bytes()) {
          case 8 -> DType.INT64.code();
          case 4 -> DType.INT32.code();
          case 2 -> INT16;
          default -> DType.UINT8.code();
        };
    try (TensorScope work = TensorScope.open()) {
      return MODULE.call(work, "fingerprint", x, integer(work, sameSize)).get(0).toLongs()[0];
    }
  }

  /**
   * Fills a tensor with numbers that are stored as another (or the same) element type, a few
   * megabytes at a time: in their place where nothing is to be converted or rearranged.
   *
   * @param stored the element type of the bytes
   * @throws IllegalArgumentException if the source does not fill its buffer
   */
  public static void fill(Tensor target, DType stored, ByteSource source) {
    long numbers = target.elements();
    long atOnce = Math.min(numbers, STAGING_BYTES / stored.bytes());
    try (TensorScope work = TensorScope.open()) {
      boolean inPlace = target.dtype() == stored && isPlain(target);
      Tensor staging = inPlace ? null : zeros(work, stored, atOnce);
      for (long done = 0; done < numbers; done += atOnce) {
        long n = Math.min(atOnce, numbers - done);
        try (TensorScope piece = work.nested()) {
          if (inPlace) {
            Tensor range = piece.longs(new long[] {done, n});
            Tensor place = MODULE.call(piece, "place", target, range).get(0);
            fillMemory(place, target, done * stored.bytes(), source);
          } else {
            Tensor read = rows(piece, staging, 0, n);
            fillMemory(read, target, done * stored.bytes(), source);
            MODULE.call(piece, "store", target, integer(piece, done), read);
          }
        }
      }
    }
  }

  private static void fillMemory(Tensor memory, Tensor target, long offset, ByteSource source) {
    memory.fillMemory(
        into -> {
          source.read(offset, into);
          if (target.isClosed()) {
            throw new IllegalStateException("A tensor was closed while it was filled");
          }
          if (into.hasRemaining()) {
            throw new IllegalArgumentException(
                "Filling %s: its source left %d of %d bytes"
                    .formatted(target, into.remaining(), into.limit()));
          }
        });
  }

  /** Whether the tensor's numbers lie on the CPU one after the other in row order. */
  private static boolean isPlain(Tensor tensor) {
    try (TensorScope work = TensorScope.open()) {
      return MODULE.call(work, "plain", tensor).get(0).toLongs()[0] == 1;
    }
  }

  /**
   * Copies numbers of a tensor out as bytes of an element type.
   *
   * @param stored the element type of the bytes
   * @param offset where to begin, in bytes of that type; a multiple of its size
   * @param into filled up to its limit
   */
  public static void read(Tensor source, DType stored, long offset, ByteBuffer into) {
    if (offset % stored.bytes() != 0 || into.remaining() % stored.bytes() != 0) {
      throw new IllegalArgumentException(
          into.remaining() + " bytes from " + offset + " on are no whole numbers of " + stored);
    }
    long element = offset / stored.bytes();
    requireWithin("numbers", element, into.remaining() / stored.bytes(), source.elements(), source);
    while (into.hasRemaining()) {
      long n = Math.min(STAGING_BYTES, into.remaining()) / stored.bytes();
      try (TensorScope work = TensorScope.open()) {
        MODULE
            .call(
                work,
                "fetch",
                source,
                work.longs(new long[] {element, n}),
                integer(work, stored.code()))
            .get(0)
            .copyTo(into, (int) (n * stored.bytes()));
      }
      element += n;
    }
  }

  /** A kernel would count a negative place from the end. */
  private static void requireWithin(String what, long first, long count, long has, Tensor tensor) {
    if (first < 0 || count < 0 || first > has - count) {
      throw new IllegalArgumentException(
          "%d %s from %d on of %s, which has %d".formatted(count, what, first, tensor, has));
    }
  }

  private static Tensor integer(TensorScope scope, long value) {
    return scope.longs(new long[] {value}, 1);
  }
}
