package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.KernelSources;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** The kernel {@code cache.py}: its fast attention against its plain one. */
class CacheKernelTest {
  private static final int SIZE = 8;
  private static final KernelModule MODULE =
      KernelModule.load(
          "cache test",
          KernelSources.read(CacheKernelTest.class, "/org/tune4j/engine/kernels", "cache"),
          """
            def fast(self: __torch__.Root, q: Tensor, k: Tensor, v: Tensor, positions: Tensor, window: Tensor) -> Tensor:
              h = __torch__.cache.hidden(positions)
              return __torch__.cache.attend(q, k, v, h, positions, __torch__.cache.mask(h, q), 0.3, True, int(window), 0.)
            def plain(self: __torch__.Root, q: Tensor, k: Tensor, v: Tensor, positions: Tensor, window: Tensor) -> Tensor:
              h = __torch__.cache.hidden(positions)
              if int(window) > 0:
                before = torch.arange(0, h.size(1)).unsqueeze(0).add(window)
                h = torch.logical_or(h, before.le(positions.unsqueeze(1)))
              g = q.size(1) // k.size(1)
              b = q.size(0)
              qp = q.view([b, k.size(1), g, q.size(2)])
              kp = k.narrow(0, 0, b).narrow(2, 0, h.size(1))
              vp = v.narrow(0, 0, b).narrow(2, 0, h.size(1))
              return __torch__.cache.attend_reference(qp, kp, vp, h, 0.3, 0.).reshape([b, q.size(1), q.size(2)])
          """);

  @Property(tries = 60)
  void fastAttentionEqualsThePlainOne(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int rows,
      @ForAll @IntRange(min = 0, max = 2) int unusedRows,
      @ForAll @IntRange(min = 1, max = 3) int keyHeads,
      @ForAll @IntRange(min = 1, max = 3) int queriesAKey,
      @ForAll @IntRange(min = 1, max = 600) int places,
      @ForAll @IntRange(min = 0, max = 40) int window) {
    Random random = new Random(seed);
    try (TensorScope work = TensorScope.open()) {
      int heads = keyHeads * queriesAKey;
      Tensor q = numbers(random, work, rows, heads, SIZE);
      Tensor k = numbers(random, work, rows + unusedRows, keyHeads, places, SIZE);
      Tensor v = numbers(random, work, rows + unusedRows, keyHeads, places, SIZE);
      Tensor positions = work.longs(random.ints(rows, 0, places).toArray());
      Tensor last = work.longs(new long[] {window}, 1);
      double[] fast = MODULE.call(work, "fast", q, k, v, positions, last).get(0).toDoubles();
      double[] plain = MODULE.call(work, "plain", q, k, v, positions, last).get(0).toDoubles();
      assertThat(fast).containsExactly(plain, within(1e-12));
    }
  }

  private static Tensor numbers(Random random, TensorScope scope, long... shape) {
    int count = 1;
    for (long size : shape) {
      count = Math.multiplyExact(count, (int) size);
    }
    return scope.doubles(random.doubles(count, -2, 2).toArray(), shape);
  }
}
