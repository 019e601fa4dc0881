package org.tune4j.lora;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The matrices of a bank's adapters at one moment: at each layer those of all adapters, one below
 * the other. Never changed while somebody has views of them: a change makes others then, which
 * share those of layers where nothing changes.
 */
final class BankTensors implements AutoCloseable {
  private static final KernelModule MODULE =
      KernelModule.load(
          "bank",
          KernelSources.read(BankTensors.class, SiteAdapter.FOLDER, "bank_matrices"),
          """
            def pieces(self: __torch__.Root, flat: Tensor, shapes: Tensor) -> List[Tensor]:
              return __torch__.bank_matrices.pieces(flat, shapes)
            def joining(self: __torch__.Root, a: List[Tensor], b: List[Tensor], scales: Tensor, like: Tensor) -> List[Tensor]:
              return __torch__.bank_matrices.joining(a, b, scales, like)
            def finite(self: __torch__.Root, all: List[Tensor]) -> Tensor:
              return __torch__.bank_matrices.finite(all)
            def spliced(self: __torch__.Root, old: List[Tensor], fresh: List[Tensor], cuts: Tensor) -> List[Tensor]:
              return __torch__.bank_matrices.spliced(old, fresh, cuts)
            def overwrite(self: __torch__.Root, old: List[Tensor], fresh: List[Tensor], cuts: Tensor) -> Tensor:
              return __torch__.bank_matrices.overwrite(old, fresh, cuts)
            def windows(self: __torch__.Root, all: List[Tensor], ranges: Tensor) -> List[Tensor]:
              return __torch__.bank_matrices.windows(all, ranges)
          """);

  private final TensorScope scope;

  /** Of each adapter its rank at each layer. */
  private final List<int[]> ranks;

  /** Of each layer A {@code [sum of ranks, inputs]} and B {@code [sum of ranks, outputs]}. */
  private final List<Tensor> matrices;

  /** The same, and after those of each layer the adapter that each of their rows is of. */
  private final List<Tensor> all = new ArrayList<>();

  /** Scopes that views were given to. */
  private final List<TensorScope> readers = new ArrayList<>();

  private BankTensors(TensorScope scope, List<int[]> ranks, List<Tensor> matrices) {
    this.scope = scope;
    this.ranks = ranks;
    this.matrices = matrices;
    for (int i = 0; i < matrices.size(); i += 2) {
      int layer = i / 2;
      all.addAll(matrices.subList(i, i + 2));
      all.add(
          scope.longs(
              IntStream.range(0, ranks.size())
                  .flatMap(each -> IntStream.generate(() -> each).limit(ranks.get(each)[layer]))
                  .toArray()));
    }
  }

  /**
   * Those of no adapter.
   *
   * @param like of the type that the model computes in
   * @param around the scope that they are closed with at the latest
   */
  static BankTensors none(List<LinearLayer> layers, Tensor like, TensorScope around) {
    TensorScope own = around.nested();
    return new BankTensors(own, List.of(), joining(LoraMatrices.none(layers, own), like, own));
  }

  /** Views of a flat tensor's numbers as matrices of these shapes, one after the other. */
  static List<Tensor> pieces(Tensor flat, List<long[]> shapes, TensorScope into) {
    try (TensorScope work = into.nested()) {
      long[] sizes = shapes.stream().flatMapToLong(Arrays::stream).toArray();
      return MODULE.call(into, "pieces", flat, work.longs(sizes));
    }
  }

  /**
   * An adapter's matrices as they join others.
   *
   * @return of each layer A {@code [r, inputs]}, and B {@code [r, outputs]} with the scale in it
   */
  static List<Tensor> joining(LoraMatrices from, Tensor like, TensorScope into) {
    Tensor scales = into.doubles(from.scales(), from.scales().length);
    return MODULE.call(into, "joining", from.a(), from.b(), scales, like);
  }

  /** The layer of the first of these matrices that has a number which is not finite; or -1. */
  static int firstOverflow(List<Tensor> joining, TensorScope work) {
    long first = MODULE.call(work, "finite", joining).get(0).toLongs()[0];
    return first < 0 ? -1 : Math.toIntExact(first / 2);
  }

  /**
   * The same with an adapter more, or in another's place.
   *
   * @param index of the one that it takes the place of; as many as there are, for one more
   * @param joining as {@link #joining} gives them
   */
  BankTensors with(int index, int[] joiningRanks, List<Tensor> joining, TensorScope around) {
    List<int[]> changed = new ArrayList<>(ranks);
    if (index < ranks.size()) {
      changed.set(index, joiningRanks);
    } else {
      changed.add(joiningRanks);
    }
    return spliced(index, joining, changed, around);
  }

  /**
   * Writes an adapter over another of the same ranks, unless somebody has views of them: that costs
   * no copy of all others.
   *
   * @param joining as {@link #joining} gives them
   * @return whether it was done
   */
  boolean overwrite(int index, int[] joiningRanks, List<Tensor> joining, TensorScope around) {
    readers.removeIf(TensorScope::isClosed);
    if (!readers.isEmpty() || !Arrays.equals(ranks.get(index), joiningRanks)) {
      return false;
    }
    try (TensorScope work = around.nested()) {
      Tensor cuts = work.longs(ranges(matrices, index, index + 1));
      MODULE.call(work, "overwrite", matrices, joining, cuts);
    }
    return true;
  }

  /** The same without an adapter. */
  BankTensors without(int index, TensorScope around) {
    List<int[]> changed = new ArrayList<>(ranks);
    changed.remove(index);
    try (TensorScope work = around.nested()) {
      List<Tensor> nothing =
          MODULE.call(work, "windows", matrices, work.longs(ranges(matrices, 0, 0)));
      return spliced(index, nothing, changed, around);
    }
  }

  private BankTensors spliced(
      int index, List<Tensor> joining, List<int[]> changed, TensorScope around) {
    TensorScope own = around.nested();
    try (TensorScope work = around.nested()) {
      Tensor cuts = work.longs(ranges(matrices, index, index + 1));
      return new BankTensors(own, changed, MODULE.call(own, "spliced", matrices, joining, cuts));
    } catch (RuntimeException e) {
      own.close();
      throw e;
    }
  }

  /**
   * Views of the rows of some adapters, which stay valid when these are closed, and as they are
   * until {@code into} is.
   *
   * @return of each layer A, B, and the adapter that each row is of
   */
  List<Tensor> windows(int from, int to, TensorScope into) {
    readers.removeIf(TensorScope::isClosed);
    readers.add(into);
    try (TensorScope work = into.nested()) {
      return MODULE.call(into, "windows", all, work.longs(ranges(all, from, to)));
    }
  }

  /** For each tensor the first row, and the number of rows, of some adapters. */
  private long[] ranges(List<Tensor> tensors, int from, int to) {
    int each = tensors == all ? 3 : 2;
    long[] ranges = new long[2 * tensors.size()];
    for (int i = 0; i < tensors.size(); i++) {
      ranges[2 * i] = rows(i / each, 0, from);
      ranges[2 * i + 1] = rows(i / each, from, to);
    }
    return ranges;
  }

  private long rows(int layer, int from, int to) {
    return IntStream.range(from, Math.min(to, ranks.size()))
        .mapToLong(adapter -> ranks.get(adapter)[layer])
        .sum();
  }

  /** What they take, in bytes. */
  long bytes() {
    return all.stream().mapToLong(tensor -> tensor.dtype().bytes(tensor.shape())).sum();
  }

  @Override
  public void close() {
    scope.close();
  }
}
