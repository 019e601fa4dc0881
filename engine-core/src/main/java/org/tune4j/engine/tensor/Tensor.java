package org.tune4j.engine.tensor;

import ai.djl.Device;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
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
  private long[] shape;
  private DType dtype;

  Tensor(PtNDArray array) {
    this.array = array;
  }

  /** Wraps what a DJL call returned. Kept to the packages that speak to DJL. */
  public static Tensor of(PtNDArray array) {
    return new Tensor(array);
  }

  /** DJL's handle, for the packages that speak to DJL. */
  public PtNDArray array() {
    requireOpen();
    return array;
  }

  /**
   * DJL's handle under a name, for the packages that speak to DJL: DJL tells a call's lists from
   * its tensors by the names of the arrays. A handle never changes its name, since threads that
   * share a tensor may be passing it to different calls.
   *
   * @param name null for none
   */
  public synchronized PtNDArray array(String name) {
    requireOpen();
    PtNDArray handle = named.get(name);
    if (handle == null) {
      handle = named.isEmpty() ? array : JniUtils.detachGradient(array);
      handle.setName(name);
      named.put(name, handle);
    }
    return handle;
  }

  /** Moves the handles to another owner; for {@link TensorScope#adopt}. */
  synchronized void attach(PtNDManager manager) {
    array().attach(manager);
    named.values().stream().filter(handle -> handle != array).forEach(h -> h.attach(manager));
  }

  /** The sizes of each dimension; empty for a scalar. */
  public long[] shape() {
    if (shape == null) {
      requireOpen();
      try (NativeGate.Pass pass = NativeGate.enter()) {
        shape = array.getShape().getShape();
      }
    }
    return shape.clone();
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
      requireOpen();
      try (NativeGate.Pass pass = NativeGate.enter()) {
        DataType found = array.getDataType();
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
    try (NativeGate.Pass pass = NativeGate.enter()) {
      readHost(bytes -> bytes.asFloatBuffer().get(out));
    }
    return out;
  }

  /** A copy of the numbers, row-major. The tensor must be FLOAT64. */
  public double[] toDoubles() {
    double[] out = new double[elementsIn(DType.FLOAT64)];
    try (NativeGate.Pass pass = NativeGate.enter()) {
      readHost(bytes -> bytes.asDoubleBuffer().get(out));
    }
    return out;
  }

  /** A copy of the numbers, row-major. The tensor must be INT64. */
  public long[] toLongs() {
    long[] out = new long[elementsIn(DType.INT64)];
    try (NativeGate.Pass pass = NativeGate.enter()) {
      readHost(bytes -> bytes.asLongBuffer().get(out));
    }
    return out;
  }

  /** Copies the first bytes of a contiguous UINT8 tensor into a buffer. */
  public void copyTo(ByteBuffer into, int count) {
    elementsIn(DType.UINT8);
    try (NativeGate.Pass pass = NativeGate.enter()) {
      readHost(bytes -> into.put(bytes.slice(0, count)));
    }
  }

  /**
   * The memory of a contiguous UINT8 tensor on the CPU, for reading a file straight into it. Valid
   * while the tensor is open: the caller keeps it open for as long as it holds the buffer.
   */
  public ByteBuffer bytes() {
    elementsIn(DType.UINT8);
    try (NativeGate.Pass pass = NativeGate.enter()) {
      return JniUtils.getByteBuffer(array(), true);
    }
  }

  /** Shows the numbers to a reader; those of another device are copied to the CPU first. */
  private void readHost(Consumer<ByteBuffer> reader) {
    PtNDArray own = array();
    if (own.getDevice().equals(Device.cpu())) {
      reader.accept(JniUtils.getByteBuffer(own, true));
      return;
    }
    try (PtNDArray host = own.toDevice(Device.cpu(), true)) {
      reader.accept(JniUtils.getByteBuffer(host, true));
    }
  }

  private int elementsIn(DType wanted) {
    if (dtype() != wanted) {
      throw new EngineBugException("Reading a tensor: wanted " + wanted + ", found " + dtype());
    }
    return Math.toIntExact(elements());
  }

  /** Whether the memory was given back. */
  public boolean isClosed() {
    return array.isReleased();
  }

  private void requireOpen() {
    if (array.isReleased()) {
      throw new IllegalStateException(
          "Tensor"
              + (shape == null ? "" : " of shape " + Arrays.toString(shape))
              + " was used after it, or its scope, was closed");
    }
  }

  @Override
  public void close() {
    if (!array.isReleased()) {
      try (NativeGate.Pass pass = NativeGate.enterToRelease()) {
        if (pass != null) {
          closeHandles();
        }
      }
    }
  }

  private synchronized void closeHandles() {
    named.values().forEach(PtNDArray::close);
    array.close();
  }

  @Override
  public String toString() {
    return array.isReleased() ? "closed tensor" : dtype() + Arrays.toString(shape());
  }
}
