package org.tune4j.engine.model;

import java.util.List;
import org.tune4j.engine.tensor.DType;

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
   */
  public record Part(String name, long firstRow, List<Long> shape) {
    public Part {
      shape = List.copyOf(shape);
      requireSizes(name, shape);
    }

    /** How many rows of the slot it covers. */
    public long rows() {
      return shape.get(0);
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
