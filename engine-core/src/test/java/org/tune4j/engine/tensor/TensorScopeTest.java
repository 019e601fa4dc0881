package org.tune4j.engine.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.kernel.KernelModule;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TinyModel;

class TensorScopeTest {
  private long openBefore;

  @BeforeEach
  void count() {
    NativeGate.threads(); // whatever the first use leaves open is no leak of a test
    openBefore = TensorScope.openScopes();
  }

  @AfterEach
  void everyScopeIsClosed() {
    assertThat(TensorScope.openScopes()).isEqualTo(openBefore);
  }

  @Test
  void aDeviceThatIsNotThereIsRefused() {
    assertThatThrownBy(() -> TensorScope.open("cuda:99"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("cuda:99")
        .hasMessageContaining("CUDA devices");
    assertThatThrownBy(() -> TensorScope.open("gpu"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("wanted cpu or cuda:N, found gpu");
  }

  @Test
  void closingAScopeClosesItsTensors() {
    Tensor tensor;
    try (TensorScope scope = TensorScope.open()) {
      tensor = scope.floats(new float[] {1, 2, 3, 4}, 2, 2);
      assertThat(tensor.isClosed()).isFalse();
      assertThat(tensor.shape()).containsExactly(2, 2);
    }
    assertThat(tensor.isClosed()).isTrue();
    assertThat(tensor).hasToString("closed tensor");
  }

  @Test
  void closedTensorIsRefusedByEveryUse() {
    try (TensorScope scope = TensorScope.open()) {
      Tensor known = scope.floats(new float[] {1});
      known.shape();
      known.dtype();
      Tensor unknown = TensorOps.zeros(scope, DType.FLOAT32, 3);
      known.close();
      unknown.close();
      assertThat(known.shape()).containsExactly(1);
      refused(unknown::shape);
      refused(unknown::dtype);
      refused(unknown::elements);
      refused(known::toDoubles);
      refused(() -> new Loan().take(known, null));
      refused(known::toFloats);
      refused(() -> scope.adopt(known));
      refused(() -> TensorOps.cast(scope, known, DType.FLOAT64));
      refused(() -> TensorOps.copy(scope.floats(new float[1]), known));
      assertThatThrownBy(known::toFloats).hasMessageContaining("[1]");
    }
  }

  @Test
  void closedScopeIsRefusedByEveryUse() {
    TensorScope scope = TensorScope.open();
    TensorScope nested = scope.nested();
    scope.close();
    try (TensorScope other = TensorScope.open()) {
      Tensor tensor = other.floats(new float[] {1});
      for (TensorScope closed : List.of(scope, nested)) {
        refused(() -> closed.empty(DType.FLOAT32, 1));
        refused(() -> closed.floats(new float[] {1}));
        refused(closed::nested);
        refused(() -> closed.adopt(tensor));
        refused(() -> TensorOps.cast(closed, tensor, DType.FLOAT64));
      }
      assertThat(tensor.toFloats()).containsExactly(1);
    }
  }

  private static void refused(ThrowingCallable use) {
    assertThatThrownBy(use).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void closingTwiceIsNothing() {
    TensorScope scope = TensorScope.open();
    Tensor tensor = scope.floats(new float[] {1});
    tensor.close();
    tensor.close();
    scope.close();
    scope.close();
    tensor.close();
  }

  @Test
  void nestedScopeClosesWithItsOwnerAndCountsOnce() {
    TensorScope scope = TensorScope.open();
    TensorScope left = scope.nested();
    TensorScope right = scope.nested();
    Tensor deep = left.nested().floats(new float[] {1});
    assertThat(TensorScope.openScopes()).isEqualTo(openBefore + 4);
    right.close();
    assertThat(TensorScope.openScopes()).isEqualTo(openBefore + 3);
    scope.close();
    assertThat(TensorScope.openScopes()).isEqualTo(openBefore);
    assertThat(deep.isClosed()).isTrue();
    left.close();
    assertThat(TensorScope.openScopes()).isEqualTo(openBefore);
  }

  @Test
  void adoptedTensorLivesAsLongAsItsNewScope() {
    try (TensorScope outer = TensorScope.open()) {
      Tensor kept;
      Tensor lost;
      try (TensorScope inner = outer.nested()) {
        kept = outer.adopt(inner.floats(new float[] {1, 2}));
        lost = inner.floats(new float[] {3});
      }
      assertThat(kept.toFloats()).containsExactly(1, 2);
      assertThat(lost.isClosed()).isTrue();
      try (TensorScope other = TensorScope.open()) {
        other.adopt(kept);
      }
      assertThat(kept.isClosed()).isTrue();
    }
  }

  @Test
  void tensorThatWasUsedInSeveralPlacesIsAdoptedWhole() {
    String root =
        """
          def both(self: __torch__.Root, x: Tensor, y: List[Tensor]) -> Tensor:
            return torch.add(x, y[0])
        """;
    try (TensorScope outer = TensorScope.open();
        KernelModule module = KernelModule.load("both", Map.of(), root)) {
      Tensor kept;
      try (TensorScope inner = outer.nested()) {
        kept = inner.floats(new float[] {1, 2});
        module.call(inner, "both", kept, List.of(kept));
        outer.adopt(kept);
      }
      assertThat(module.call(outer, "both", kept, List.of(kept)).get(0).toFloats())
          .containsExactly(2, 4);
    }
  }

  @Test
  void resultsOfACallAreEachTheirOwn() {
    String root =
        """
          def twice(self: __torch__.Root, x: Tensor) -> List[Tensor]:
            return [x, x]
        """;
    try (TensorScope scope = TensorScope.open();
        KernelModule module = KernelModule.load("twice", Map.of(), root)) {
      Tensor x = scope.floats(new float[] {5});
      List<Tensor> results = module.call(scope, "twice", x);
      x.close();
      results.get(0).close();
      assertThat(results.get(1).toFloats()).containsExactly(5);
    }
  }

  @Test
  void trainingStepsLeaveNoScopeOpen() {
    for (Recompute recompute : Recompute.values()) {
      try (TinyModel model = new TinyModel(16, 2, DType.FLOAT32, recompute)) {
        model.step(TinyModel.batch(5, 3));
        long after = TensorScope.openScopes();
        model.step(TinyModel.batch(9, 4, 4));
        assertThat(TensorScope.openScopes()).isEqualTo(after);
      }
      assertThat(TensorScope.openScopes()).isEqualTo(openBefore);
    }
  }

  @Test
  void emptyTensorsAndScalarsAreTensors() {
    try (TensorScope scope = TensorScope.open()) {
      assertThat(scope.floats(new float[0], 0).toFloats()).isEmpty();
      assertThat(scope.longs(new long[0], 3, 0).shape()).containsExactly(3, 0);
      assertThat(scope.bytes(java.nio.ByteBuffer.allocate(0)).shape()).containsExactly(0);
      Tensor scalar = TensorOps.zeros(scope, DType.FLOAT64);
      assertThat(scalar.shape()).isEmpty();
      assertThat(scalar.toDoubles()).containsExactly(0);
    }
  }

  @Test
  void transposedNumbersAreReadInRowOrder() {
    String root =
        """
          def turned(self: __torch__.Root, x: Tensor) -> Tensor:
            return x.t()
        """;
    try (TensorScope scope = TensorScope.open();
        KernelModule module = KernelModule.load("turned", Map.of(), root)) {
      Tensor x = scope.floats(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
      assertThat(module.call(scope, "turned", x).get(0).toFloats())
          .containsExactly(1, 4, 2, 5, 3, 6);
    }
  }

  @Test
  void devicesAreNamedLikeTorchs() {
    for (String wrong : new String[] {"", "gpu", "cuda", "cuda:", "cuda:x", "cuda:1000", "CPU"}) {
      assertThatThrownBy(() -> TensorScope.open(wrong))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("cpu or cuda:N");
    }
  }

  @Test
  void threadsAreSetWithinReason() {
    int before = NativeGate.threads();
    try {
      NativeGate.setThreads(1);
      assertThat(NativeGate.threads()).isEqualTo(1);
    } finally {
      NativeGate.setThreads(before);
    }
    assertThatThrownBy(() -> NativeGate.setThreads(0)).isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> NativeGate.setThreads(5000)).isInstanceOf(ConfigException.class);
  }
}
