package org.tune4j.engine.tensor;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.tune4j.engine.EngineBugException;

/**
 * A handle on a native tensor. It lives until it or the {@link TensorScope} that it belongs to is
 * closed; using it later is an {@link IllegalStateException}, never a native fault.
 */
public final class Tensor implements AutoCloseable {
  private final PtNDArray array;
  private final Map<String, PtNDArray> named = new HashMap<>();
  private TensorScope scope;
  private int loans;
  private volatile boolean closed;
  private volatile long[] shape;
  private volatile DType dtype;

  Tensor(PtNDArray array, TensorScope scope) {
    this.array = array;
    this.scope = scope;
  }

  /**
   * The handle under a name, for a {@link Loan}. A handle never changes its name, since threads
   * that share a tensor may be passing it to different calls.
   */
  synchronized PtNDArray lend(String name) {
    requireOpen();
    PtNDArray handle = named.get(name);
    if (handle == null) {
      handle = named.isEmpty() ? array : JniUtils.detachGradient(array);
      handle.setName(name);
      named.put(name, handle);
    }
    loans++;
    return handle;
  }

  synchronized void giveBack() {
    loans--;
    if (closed && loans == 0) {
      handles().forEach(PtNDArray::close);
    }
  }

  /** Moves the handles to another owner; for {@link TensorScope#adopt}. */
  synchronized void moveTo(TensorScope target, PtNDManager manager) {
    requireOpen();
    if (target == scope) {
      return;
    }
    target.admit(this);
    scope.forget(this);
    scope = target;
    handles().forEach(handle -> handle.attach(manager));
  }

  private Collection<PtNDArray> handles() {
    return named.isEmpty() ? List.of(array) : named.values();
  }

  synchronized int handleCount() {
    return handles().size();
  }

  /** The sizes of each dimension; empty for a scalar. */
  public long[] shape() {
    if (shape == null) {
      try (NativeGate.Pass pass = NativeGate.enter();
          Loan loan = new Loan()) {
        shape = loan.take(this, null).getShape().getShape();
      }
    }
    return shape.clone();
  }

  /**
   * Refuses another shape: kernels would take the first of what is too much, or a number for many.
   *
   * @throws IllegalArgumentException if the other's is another
   */
  public void requireShapeOf(Tensor other) {
    if (!Arrays.equals(shape(), other.shape())) {
      throw new IllegalArgumentException(this + " does not go with " + other);
    }
  }

  /** The size of one dimension. */
  public long size(int dimension) {
    return shape()[dimension];
  }

  /** How many numbers it holds. */
  public long elements() {
    long n = 1;
    for (long size : shape()) {
      n = Math.multiplyExact(n, size);
    }
    return n;
  }

  /** The element type. */
  public DType dtype() {
    if (dtype == null) {
      try (NativeGate.Pass pass = NativeGate.enter();
          Loan loan = new Loan()) {
        DataType found = loan.take(this, null).getDataType();
        dtype = found == DataType.UNKNOWN ? DType.BFLOAT16 : fromDjl(found);
      }
    }
    return dtype;
  }

  private static DType fromDjl(DataType found) {
    for (DType type : DType.values()) {
      if (type.djl() == found) {
        return type;
      }
    }
    throw new EngineBugException("Element type " + found + " has no DType");
  }

  /** A copy of the numbers, row-major. The tensor must be FLOAT32. */
  public float[] toFloats() {
    float[] out = new float[elementsIn(DType.FLOAT32)];
    readHost(bytes -> bytes.asFloatBuffer().get(out));
    return out;
  }

  /** A copy of the numbers, row-major. The tensor must be FLOAT64. */
  public double[] toDoubles() {
    double[] out = new double[elementsIn(DType.FLOAT64)];
    readHost(bytes -> bytes.asDoubleBuffer().get(out));
    return out;
  }

  /** A copy of the numbers, row-major. The tensor must be INT64. */
  public long[] toLongs() {
    long[] out = new long[elementsIn(DType.INT64)];
    readHost(bytes -> bytes.asLongBuffer().get(out));
    return out;
  }

  /** Copies the first bytes of a UINT8 tensor into a buffer. */
  public void copyTo(ByteBuffer into, int count) {
    int has = elementsIn(DType.UINT8);
    int room = into.isReadOnly() ? 0 : into.remaining();
    if (count < 0 || count > has || count > room) {
      throw new IllegalArgumentException(
          "Copying %d bytes: the tensor has %d, the buffer room for %d"
              .formatted(count, has, room));
    }
    readHost(bytes -> into.put(bytes.slice(0, count)));
  }

  /**
   * Lets a writer fill the tensor's memory, its numbers in native byte order. It must be contiguous
   * and on the CPU, for DJL would show a copy otherwise, and have less than 2 GiB.
   */
  public void fillMemory(Consumer<ByteBuffer> writer) {
    int length = Math.toIntExact(dtype().bytes(shape()));
    try (NativeGate.Pass pass = NativeGate.enter();
        Loan loan = new Loan()) {
      ByteBuffer memory = JniUtils.getByteBuffer(loan.take(this, null), true);
      writer.accept(memory.slice(0, length).order(ByteOrder.nativeOrder()));
    }
  }

  /**
   * Shows the numbers to a reader. DJL copies those of another device, and those that do not stand
   * in row order, and leaves the copy to the handle's manager: one of its own, closed right away.
   */
  private void readHost(Consumer<ByteBuffer> reader) {
    try (NativeGate.Pass pass = NativeGate.enter();
        Loan loan = new Loan();
        NDManager copies = NDManager.newBaseManager(Device.cpu(), "PyTorch")) {
      PtNDArray alias = JniUtils.detachGradient(loan.take(this, null));
      alias.attach(copies);
      reader.accept(JniUtils.getByteBuffer(alias, true));
    }
  }

  private int elementsIn(DType wanted) {
    requireOpen();
    if (dtype() != wanted) {
      throw new IllegalArgumentException("Reading a tensor: wanted " + wanted + ", found " + this);
    }
    long elements = elements();
    if (elements > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "Reading a tensor: " + this + " has more numbers than a Java array; read parts of it");
    }
    return (int) elements;
  }

  /** Whether the memory was given back. */
  public boolean isClosed() {
    return closed;
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "Tensor"
              + (shape == null ? "" : " of shape " + Arrays.toString(shape))
              + " was used after it, or its scope, was closed");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      try (NativeGate.Pass pass = NativeGate.enterToRelease()) {
        if (pass != null) {
          closeHandles();
        }
      }
    }
  }

  synchronized void closeHandles() {
    if (closed) {
      return;
    }
    closed = true;
    scope.forget(this);
    // The last of the calls under way frees what is on loan.
    handles().forEach(loans == 0 ? PtNDArray::close : PtNDArray::detach);
  }

  @Override
  public String toString() {
    return closed ? "closed tensor" : dtype() + Arrays.toString(shape());
  }
}
