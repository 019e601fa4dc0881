package org.tune4j.engine.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.tune4j.engine.ConfigException;

/**
 * Owner of native tensors: closing it gives all their memory back, without waiting for the garbage
 * collector. Scopes nest; a tensor that must outlive its scope is moved to another one by {@link
 * #adopt}.
 */
public final class TensorScope implements AutoCloseable {
  private static final AtomicLong OPEN = new AtomicLong();
  private final PtNDManager manager;
  private final PtNDArray marker;
  private final TensorScope parent;
  private final Set<TensorScope> children = ConcurrentHashMap.newKeySet();
  private boolean closed;

  private TensorScope(PtNDManager manager, TensorScope parent) {
    this.manager = manager;
    this.parent = parent;
    this.marker =
        JniUtils.createEmptyNdArray(
            manager, new Shape(0), DataType.UINT8, Device.cpu(), SparseFormat.DENSE);
    if (parent != null) {
      parent.children.add(this);
    }
    OPEN.incrementAndGet();
  }

  /** A scope on the CPU that belongs to no other. */
  public static TensorScope open() {
    return open("cpu");
  }

  /**
   * A scope that belongs to no other.
   *
   * @param device {@code cpu} or {@code cuda:N}
   * @throws ConfigException if there is no such device
   */
  public static TensorScope open(String device) {
    Device target;
    if (device.equals("cpu")) {
      target = Device.cpu();
    } else if (device.matches("cuda:\\d{1,3}")) {
      target = Device.gpu(Integer.parseInt(device.substring(5)));
    } else {
      throw new ConfigException("device: wanted cpu or cuda:N, found " + device);
    }
    try (NativeGate.Pass pass = NativeGate.enter()) {
      int seen = target.isGpu() ? Engine.getEngine("PyTorch").getGpuCount() : 0;
      if (target.isGpu() && target.getDeviceId() >= seen) {
        throw new ConfigException(
            "device: wanted "
                + device
                + ", found "
                + seen
                + " CUDA devices; build with the Maven profile cuda on a machine with an NVIDIA"
                + " driver, or choose cpu");
      }
      return new TensorScope((PtNDManager) NDManager.newBaseManager(target, "PyTorch"), null);
    }
  }

  /** A scope that belongs to no other, on the same device as this one. */
  public TensorScope beside() {
    try (NativeGate.Pass pass = NativeGate.enter()) {
      return new TensorScope(
          (PtNDManager) NDManager.newBaseManager(manager.getDevice(), "PyTorch"), null);
    }
  }

  /** A scope inside this one: closed with it at the latest. */
  public TensorScope nested() {
    try (NativeGate.Pass pass = NativeGate.enter()) {
      return new TensorScope((PtNDManager) manager.newSubManager(), this);
    }
  }

  /** Scopes that are open in this process: constant in a program without leaks. */
  public static long openScopes() {
    return OPEN.get();
  }

  /** An uninitialised tensor. BFLOAT16 is made by a kernel instead. */
  public Tensor empty(DType dtype, long... shape) {
    long elements = 1;
    for (long size : shape) {
      if (size < 0) {
        throw new IllegalArgumentException(
            "Shape " + Arrays.toString(shape) + " has a negative size");
      }
      elements = Math.multiplyExact(elements, size);
    }
    if (dtype.djl() == null) {
      throw new IllegalArgumentException(dtype + " tensors are made by kernels");
    }
    try (NativeGate.Pass pass = NativeGate.enter()) {
      return new Tensor(
          JniUtils.createEmptyNdArray(
              manager, new Shape(shape), dtype.djl(), manager.getDevice(), SparseFormat.DENSE));
    }
  }

  /** A FLOAT32 tensor with these numbers, row-major. */
  public Tensor floats(float[] values, long... shape) {
    return filled(DType.FLOAT32, values.length, shape, b -> b.asFloatBuffer().put(values));
  }

  /** A FLOAT64 tensor with these numbers, row-major. */
  public Tensor doubles(double[] values, long... shape) {
    return filled(DType.FLOAT64, values.length, shape, b -> b.asDoubleBuffer().put(values));
  }

  /** An INT64 tensor with these numbers, row-major. */
  public Tensor longs(long[] values, long... shape) {
    return filled(DType.INT64, values.length, shape, b -> b.asLongBuffer().put(values));
  }

  /** An INT64 tensor with these numbers, row-major. */
  public Tensor longs(int[] values, long... shape) {
    return longs(Arrays.stream(values).asLongStream().toArray(), shape);
  }

  private Tensor filled(DType dtype, int length, long[] shape, Consumer<ByteBuffer> fill) {
    long[] wanted = shape.length == 0 ? new long[] {length} : shape;
    long elements = Arrays.stream(wanted).reduce(1, Math::multiplyExact);
    if (elements != length) {
      throw new IllegalArgumentException(length + " numbers for shape " + Arrays.toString(wanted));
    }
    try (NativeGate.Pass pass = NativeGate.enter()) {
      PtNDArray host =
          JniUtils.createEmptyNdArray(
              manager, new Shape(wanted), dtype.djl(), Device.cpu(), SparseFormat.DENSE);
      if (length > 0) {
        fill.accept(JniUtils.getByteBuffer(host, true));
      }
      if (manager.getDevice().equals(Device.cpu())) {
        return new Tensor(host);
      }
      Tensor moved = new Tensor(host.toDevice(manager.getDevice(), true));
      host.close();
      return moved;
    }
  }

  /** Moves a tensor from the scope that holds it to this one. */
  public Tensor adopt(Tensor tensor) {
    try (NativeGate.Pass pass = NativeGate.enter()) {
      tensor.attach(manager);
    }
    return tensor;
  }

  /**
   * DJL takes the scope of a call's results from its first argument: this one, named after the
   * method called.
   */
  public PtNDArray marker(String method) {
    if (closed) {
      throw new IllegalStateException("The scope for the results of " + method + " is closed");
    }
    marker.setName("module_method:" + method);
    return marker;
  }

  /** DJL's manager behind this scope, for the packages that speak to DJL. */
  public PtNDManager manager() {
    return manager;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    OPEN.decrementAndGet();
    children.forEach(TensorScope::close);
    if (parent != null) {
      parent.children.remove(this);
    }
    try (NativeGate.Pass pass = NativeGate.enterToRelease()) {
      if (pass != null) {
        manager.close();
      }
    }
  }
}
