package org.tune4j.engine.model;

import java.util.List;
import java.util.stream.LongStream;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.DynamicMap;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * A matrix that is held in fewer bytes: filled layer by layer, read as rows of plain numbers
 * (kernel files {@code quantised.py}, {@code int8.py}, {@code nf4.py}).
 *
 * @param slot the matrix
 * @param held the tensors of {@code format}
 */
record QuantisedMatrix(TensorSlot slot, WeightFormat format, List<Tensor> held) {
  /** The kernel files of all formats. */
  static final List<String> KERNELS = List.of("quantised", "int8", "nf4");

  private static final KernelModule MODULE =
      KernelModule.load(
          "quantised",
          KernelSources.read(
              QuantisedMatrix.class, "/org/tune4j/engine/kernels", KERNELS.toArray(String[]::new)),
          """
            def int8(self: __torch__.Root, w: List[Tensor], first: Tensor, x: Tensor) -> Tensor:
              return __torch__.int8.quantise_(w, int(first), x)
            def nf4(self: __torch__.Root, w: List[Tensor], layer: Tensor, x: Tensor) -> Tensor:
              return __torch__.nf4.quantise_(w, int(layer), x)
            def rows(self: __torch__.Root, w: List[Tensor], range: Tensor, dtype: Tensor) -> Tensor:
              return __torch__.quantised.rows(w, int(range[0]), int(range[1]), int(dtype))
          """);

  /** Fills in what does not depend on the matrix's numbers. */
  void prepare() {
    if (format == WeightFormat.NF4) {
      try (TensorScope work = TensorScope.open()) {
        LongStream rows = slot.parts().stream().mapToLong(TensorSlot.Part::firstRow);
        long[] first = LongStream.concat(rows, LongStream.of(slot.shape().get(0))).toArray();
        TensorOps.copy(held.get(4), work.longs(first));
        TensorOps.copy(held.get(5), work.floats(Nf4.pairs(), Nf4.PAIRS.sizes()));
        TensorOps.copy(held.get(6), work.floats(DynamicMap.signed(), Nf4.ABSMAX_MAP.sizes()));
      }
    }
  }

  /**
   * Stores the numbers of a layer.
   *
   * @param part one of the slot's
   * @param rows {@code [rows, columns]}, outputs first
   */
  void store(TensorSlot.Part part, Tensor rows) {
    long place = format == WeightFormat.NF4 ? slot.parts().indexOf(part) : part.firstRow();
    try (TensorScope work = TensorScope.open()) {
      MODULE.call(work, format.lowerName(), held, work.longs(new long[] {place}, 1), rows);
    }
  }

  /** The matrix in plain numbers. */
  Tensor dequantised(DType dtype, TensorScope into) {
    long[] shape = slot.sizes();
    try (TensorScope work = into.nested()) {
      return MODULE
          .call(
              into,
              "rows",
              held,
              work.longs(new long[] {0, shape[0]}),
              work.longs(new long[] {dtype.code()}, 1))
          .get(0);
    }
  }
}
