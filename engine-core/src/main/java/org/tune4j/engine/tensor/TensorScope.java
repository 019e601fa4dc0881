package org.tune4j.engine.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.NativeMemoryException;

/**
 * Owner of native tensors: closing it gives all their memory back, without waiting for the garbage
 * collector. Scopes nest; a tensor that must outlive its scope is moved to another one by {@link
 * #adopt}.
 */
public final class TensorScope implements AutoCloseable {
  /** What DJL gives a text, which it calls an array too. */
  private static final long NO_HANDLE = -1;

  private static final Set<TensorScope> OPEN = ConcurrentHashMap.newKeySet();
  private final PtNDManager manager;
  private final Tensor marker;
  private final TensorScope parent;
  private final ScopeOrigin origin = ScopeOrigin.ofCaller();
  private final Set<TensorScope> children = ConcurrentHashMap.newKeySet();
  private final Set<Tensor> tensors = ConcurrentHashMap.newKeySet();
  private boolean closed;

  private TensorScope(PtNDManager manager, TensorScope parent) {
    this.manager = manager;
    this.parent = parent;
    this.marker = own(emptyOn(Device.cpu(), DType.UINT8, 0));
    OPEN.add(this);
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

  /** Where its tensors are: {@code cpu} or {@code cuda:N}. */
  public String device() {
    Device device = manager.getDevice();
    return device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu";
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
      synchronized (this) {
        requireOpen();
        TensorScope child = new TensorScope((PtNDManager) manager.newSubManager(), this);
        children.add(child);
        return child;
      }
    }
  }

  /** Scopes that are open in this process: constant in a program without leaks. */
  public static long openScopes() {
    return OPEN.size();
  }

  /**
   * Handles on native tensors that open scopes hold: constant in a program without leaks. Several
   * handles may share memory, so this says nothing of bytes.
   */
  public static long openHandles() {
    return OPEN.stream()
        .flatMap(scope -> scope.tensors.stream())
        .mapToLong(Tensor::handleCount)
        .sum();
  }

  /**
   * Where each open scope was opened, the first one first; empty unless the JVM was started with
   * {@code -Dtune4j.leaks=true}.
   */
  public static List<ScopeOrigin> openScopeOrigins() {
    return OPEN.stream()
        .map(scope -> scope.origin)
        .filter(Objects::nonNull)
        .sorted(Comparator.comparingLong(ScopeOrigin::number))
        .toList();
  }

  /**
   * An uninitialised tensor. BFLOAT16 is made by a kernel instead.
   *
   * @throws NativeMemoryException if there is not enough memory for it
   */
  public Tensor empty(DType dtype, long... shape) {
    dtype.bytes(shape);
    if (dtype.djl() == null) {
      throw new IllegalArgumentException(dtype + " tensors are made by kernels");
    }
    try (NativeGate.Pass pass = NativeGate.enter()) {
      return own(emptyOn(manager.getDevice(), dtype, shape));
    }
  }

  private PtNDArray emptyOn(Device device, DType dtype, long... shape) {
    requireOpen();
    try {
      return JniUtils.createEmptyNdArray(
          manager, new Shape(shape), dtype.djl(), device, SparseFormat.DENSE);
    } catch (EngineException e) {
      MemoryShortage.throwIf(e, () -> "A tensor " + dtype + Arrays.toString(shape));
      throw e;
    }
  }

  /** Wraps what a DJL call left in this scope's manager, for the packages that speak to DJL. */
  public Tensor own(PtNDArray array) {
    if (array.getHandle() == NO_HANDLE) {
      throw new EngineBugException("A kernel returned a text; only tensors can be used");
    }
    Tensor tensor = new Tensor(array, this);
    admit(tensor);
    return tensor;
  }

  synchronized void admit(Tensor tensor) {
    requireOpen();
    tensors.add(tensor);
  }

  void forget(Tensor tensor) {
    tensors.remove(tensor);
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

  /** A UINT8 tensor with what remains of a buffer. */
  public Tensor bytes(ByteBuffer values) {
    int length = values.remaining();
    return filled(DType.UINT8, length, new long[] {length}, b -> b.put(values));
  }

  private Tensor filled(DType dtype, int length, long[] shape, Consumer<ByteBuffer> fill) {
    long[] wanted = shape.length == 0 ? new long[] {length} : shape;
    if (dtype.bytes(wanted) != (long) length * dtype.bytes()) {
      throw new IllegalArgumentException(length + " numbers for shape " + Arrays.toString(wanted));
    }
    try (NativeGate.Pass pass = NativeGate.enter();
        Loan loan = new Loan()) {
      Tensor host = own(emptyOn(Device.cpu(), dtype, wanted));
      PtNDArray array = loan.take(host, null);
      if (length > 0) {
        fill.accept(JniUtils.getByteBuffer(array, true));
      }
      if (manager.getDevice().equals(Device.cpu())) {
        return host;
      }
      Tensor moved = own(array.toDevice(manager.getDevice(), true));
      host.close();
      return moved;
    }
  }

  /** Moves a tensor from the scope that holds it to this one. */
  public Tensor adopt(Tensor tensor) {
    try (NativeGate.Pass pass = NativeGate.enter()) {
      tensor.moveTo(this, manager);
    }
    return tensor;
  }

  /** DJL takes the scope of a call's results from its first argument: this one. */
  public Tensor marker() {
    return marker;
  }

  /** Whether its tensors are gone. */
  public synchronized boolean isClosed() {
    return closed;
  }

  private synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "A tensor scope was used after it, or one around it, was closed");
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    OPEN.remove(this);
    children.forEach(TensorScope::close);
    if (parent != null) {
      parent.children.remove(this);
    }
    try (NativeGate.Pass pass = NativeGate.enterToRelease()) {
      if (pass != null) {
        tensors.forEach(Tensor::closeHandles);
        manager.close();
      }
    }
  }
}
