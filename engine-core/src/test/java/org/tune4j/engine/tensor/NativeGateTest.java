package org.tune4j.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TinyModel;

/** What libtorch keeps per thread, and what it shares between threads. */
class NativeGateTest {
  private static final int DRAWS = 20;
  private static KernelModule module;

  @BeforeAll
  static void compile() {
    module =
        KernelModule.load(
            "gate",
            Map.of(),
            """
              def draw(self: __torch__.Root, seed: Tensor) -> Tensor:
                g = torch.Generator(device=ops.prim.device(seed), seed=int(seed))
                return torch.rand([512], generator=g, dtype=6)
              def gradient(self: __torch__.Root, x: Tensor) -> Tensor:
                torch.set_grad_enabled(True)
                y = torch.requires_grad_(x.detach(), True)
                g = torch.grad([torch.sum(torch.mul(y, torch.mul(y, y)))], [y], None, None, False, False)
                return unchecked_cast(Tensor, g[0])
              def unprepared(self: __torch__.Root, x: Tensor) -> Tensor:
                y = torch.requires_grad_(x.detach(), True)
                g = torch.grad([torch.sum(torch.mul(y, y))], [y], None, None, False, False)
                return unchecked_cast(Tensor, g[0])
              def tracked(self: __torch__.Root, x: Tensor) -> Tensor:
                y = torch.mul(torch.requires_grad_(x.detach(), True), 2)
                return torch.full([1], (1. if y.requires_grad else 0.), dtype=6)
            """);
  }

  @AfterAll
  static void close() {
    module.close();
  }

  @Test
  void seededDrawsAreTheSameWhateverOtherThreadsDraw() throws Exception {
    float[][] alone = draws(100);
    List<float[][]> sides = together(() -> draws(100), () -> draws(100), () -> draws(900));
    assertThat(sides.get(0)).isDeepEqualTo(alone);
    assertThat(sides.get(1)).isDeepEqualTo(alone);
    assertThat(sides.get(2)[0]).isNotEqualTo(alone[0]);
  }

  private static float[][] draws(long firstSeed) {
    float[][] drawn = new float[DRAWS][];
    try (TensorScope scope = TensorScope.open()) {
      for (int i = 0; i < DRAWS; i++) {
        Tensor seed = scope.longs(new long[] {firstSeed + i}, 1);
        drawn[i] = module.call(scope, "draw", seed).get(0).toFloats();
      }
    }
    return drawn;
  }

  @Test
  void gradientsInsideKernelsWorkFromFreshThreads() throws Exception {
    Callable<float[]> work = () -> callOn(new float[] {1, -2, 3}, "gradient");
    for (float[] gradient : together(work, work)) {
      assertThat(gradient).containsExactly(3, 12, 27);
    }
  }

  @Test
  void gradientModeIsOffAgainAtTheNextEntry() throws Exception {
    Callable<Float> work =
        () -> {
          callOn(new float[] {1}, "gradient");
          return callOn(new float[] {1}, "tracked")[0];
        };
    assertThat(together(work, work)).containsOnly(0f);
  }

  @Test
  void gradientsWithoutSwitchingTheModeOnAreAnErrorNotZero() {
    assertThatThrownBy(() -> callOn(new float[] {1}, "unprepared"))
        .isInstanceOf(EngineBugException.class)
        .hasMessageContaining("gate.unprepared");
  }

  private static float[] callOn(float[] numbers, String method) {
    try (TensorScope scope = TensorScope.open()) {
      return module.call(scope, method, scope.floats(numbers)).get(0).toFloats();
    }
  }

  @Test
  void twoTrainingRunsAtOnceGiveWhatEachGivesAlone() throws Exception {
    Batch batch = TinyModel.batch(40, 33, 9);
    float[] kept = gradientAfterSteps(batch, Recompute.NONE);
    float[] recomputed = gradientAfterSteps(batch, Recompute.BLOCKS);
    List<float[]> sides =
        together(
            () -> gradientAfterSteps(batch, Recompute.NONE),
            () -> gradientAfterSteps(batch, Recompute.BLOCKS));
    assertThat(sides.get(0)).isEqualTo(kept);
    assertThat(sides.get(1)).isEqualTo(recomputed);
  }

  private static float[] gradientAfterSteps(Batch batch, Recompute recompute) {
    try (TinyModel model = new TinyModel(32, 2, DType.FLOAT32, recompute)) {
      for (int step = 0; step < 10; step++) {
        model.step(batch);
      }
      return model.gradient().toFloats();
    }
  }

  /** Runs each in a thread of its own, all starting at the same moment. */
  @SafeVarargs
  private static <T> List<T> together(Callable<T>... works) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(works.length);
    CyclicBarrier start = new CyclicBarrier(works.length);
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (Callable<T> work : works) {
        futures.add(
            threads.submit(
                () -> {
                  start.await();
                  return work.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
