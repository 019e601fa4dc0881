package org.tune4j.engine.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.StoredType;
import org.tune4j.engine.checkpoint.TensorFile;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;

/** Tensors between native memory and safetensors files, and which element types files may have. */
public final class StoredTensors {
  private static final Map<StoredType, DType> TYPES =
      Map.of(
          StoredType.F64, DType.FLOAT64,
          StoredType.F32, DType.FLOAT32,
          StoredType.BF16, DType.BFLOAT16,
          StoredType.F16, DType.FLOAT16,
          StoredType.I64, DType.INT64,
          StoredType.I32, DType.INT32,
          StoredType.U8, DType.UINT8);
  private static final Set<StoredType> WHOLE =
      Set.of(StoredType.I64, StoredType.I32, StoredType.U8);

  private StoredTensors() {}

  /** Whether weights can be read from numbers stored so. */
  public static boolean isWeightType(StoredType stored) {
    return TYPES.containsKey(stored) && !WHOLE.contains(stored);
  }

  /** The type in memory of numbers stored so. */
  public static DType dtype(StoredType stored) {
    DType dtype = TYPES.get(stored);
    if (dtype == null) {
      throw new ModelFormatException(
          "Element type " + stored + " is not supported; supported are " + TYPES.keySet());
    }
    return dtype;
  }

  /** A tensor on its way into a file, in the element type that it has in memory. */
  public static TensorToWrite toWrite(String name, Tensor tensor, long... shape) {
    return toWrite(name, tensor, tensor.dtype(), shape);
  }

  /** A tensor on its way into a file. The tensor must stay open until the file is written. */
  public static TensorToWrite toWrite(String name, Tensor tensor, DType dtype, long... shape) {
    StoredType stored =
        TYPES.entrySet().stream()
            .filter(e -> e.getValue() == dtype)
            .map(Map.Entry::getKey)
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException(dtype + " is not stored in files"));
    return new TensorToWrite(
        name, stored, shape, (offset, into) -> TensorOps.read(tensor, dtype, offset, into));
  }

  /**
   * Fills a tensor from a tensor of a file.
   *
   * @throws ModelFormatException if its element count or type is another, or a number is not finite
   */
  public static void fill(Tensor target, TensorFile file, String name) {
    Path path = file.path();
    TensorInfo info = file.tensors().get(name);
    if (info == null) {
      throw new ModelFormatException(path + ": tensor " + name + " is missing");
    }
    if (info.elements() != target.elements()) {
      throw new ModelFormatException(
          path + ": tensor " + info + ": wanted " + target.elements() + " numbers");
    }
    DType stored = dtype(info.dtype());
    TensorOps.fill(
        target, stored, (offset, into) -> read(file, name, stored, target.dtype(), offset, into));
  }

  /**
   * Fills a flat tensor from tensors of a file, one after the other: of many small ones faster than
   * one by one.
   *
   * @param names of tensors that are stored in one element type, and together as many numbers
   * @throws ModelFormatException if a number is not finite
   */
  public static void fillAll(Tensor flat, TensorFile file, List<String> names) {
    DType stored = dtype(file.tensors().get(names.get(0)).dtype());
    Iterator<String> left = names.iterator();
    TensorOps.fill(
        flat,
        stored,
        new TensorOps.ByteSource() {
          private String name = left.next();
          private long done;

          @Override
          public void read(long offset, ByteBuffer into) {
            while (into.hasRemaining()) {
              long size = file.tensors().get(name).byteSize();
              if (done == size) {
                name = left.next();
                done = 0;
                continue;
              }
              int count = (int) Math.min(into.remaining(), size - done);
              ByteBuffer part = into.slice(into.position(), count);
              StoredTensors.read(file, name, stored, flat.dtype(), done, part);
              into.position(into.position() + count);
              done += count;
            }
          }
        });
  }

  private static void read(
      TensorFile file, String name, DType stored, DType held, long offset, ByteBuffer into) {
    ByteBuffer bytes = into.slice().order(ByteOrder.LITTLE_ENDIAN);
    file.read(name, offset, into);
    int bad = FiniteNumbers.firstOther(bytes, stored, held);
    if (bad >= 0) {
      throw new ModelFormatException(
          file.path()
              + ": tensor "
              + name
              + ": number "
              + (offset / stored.bytes() + bad)
              + " is NaN or infinite; nothing can be computed with it, take an earlier"
              + " checkpoint");
    }
  }
}
