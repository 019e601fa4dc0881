package org.tune4j.engine.model;

import java.util.List;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A tensor as it is kept in memory, and the tensors of a checkpoint that it is made of: layers that
 * read the same input are stored as one matrix, each of them a range of its rows.
 *
 * @param name unique in the model
 * @param shape sizes, rows first
 * @param parts the checkpoint's tensors, in row order; rows that no part covers are zero
 */
public record TensorSlot(String name, List<Long> shape, List<Part> parts) {
  /**
   * One tensor of a checkpoint.
   *
   * @param name its name in the file
   * @param firstRow where its rows begin in the slot
   * @param shape its sizes in the file
   * @param transposed whether the file has it with rows and columns exchanged
   */
  public record Part(String name, long firstRow, List<Long> shape, boolean transposed) {
    public Part {
      shape = List.copyOf(shape);
      requireSizes(name, shape);
    }

    /** A part that the file has as memory has it. */
    public Part(String name, long firstRow, List<Long> shape) {
      this(name, firstRow, shape, false);
    }

    /** How many rows of the slot it covers. */
    public long rows() {
      return shape.get(transposed ? 1 : 0);
    }

    /** Its numbers in the slot's tensor, as a view in the file's shape. */
    public Tensor of(Tensor slot, TensorScope scope) {
      Tensor rows = TensorOps.rows(scope, slot, firstRow, rows());
      return transposed ? TensorOps.transposed(scope, rows) : rows;
    }

    /** The sizes in the file as an array. */
    public long[] sizes() {
      return shape.stream().mapToLong(Long::longValue).toArray();
    }

    /** How many numbers it holds. */
    public long elements() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }
  }

  public TensorSlot {
    shape = List.copyOf(shape);
    parts = List.copyOf(parts);
    requireSizes(name, shape);
  }

  private static void requireSizes(String name, List<Long> shape) {
    try {
      DType.FLOAT64.bytes(shape.stream().mapToLong(Long::longValue).toArray());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  /** A slot that is one tensor of the checkpoint as it stands. */
  public static TensorSlot whole(String name, long... shape) {
    List<Long> sizes = java.util.Arrays.stream(shape).boxed().toList();
    return new TensorSlot(name, sizes, List.of(new Part(name, 0, sizes)));
  }

  /** How many numbers it holds. */
  public long elements() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** The sizes as an array. */
  public long[] sizes() {
    return shape.stream().mapToLong(Long::longValue).toArray();
  }
}
