package org.tune4j.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

class ContinuationScorerTest {
  private static final Random RANDOM = new Random(8);
  private static final int[] CONTEXT = RANDOM.ints(11, 0, 97).toArray();
  private static final List<int[]> CONTINUATIONS =
      Stream.of(3, 1, 7, 1, 4).map(n -> RANDOM.ints(n, 0, 97).toArray()).toList();

  static Stream<String> models() {
    return Stream.concat(RandomModels.DENSE.stream(), RandomModels.SPARSE.stream());
  }

  @ParameterizedTest
  @MethodSource("models")
  void eachIsWhatAForwardPassOverTheWholeTextGives(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        BoundModel model = new BoundModel(base, null, null)) {
      double[] scores = new ContinuationScorer(model).logLikelihoods(CONTEXT, CONTINUATIONS);
      assertThat(scores).hasSameSizeAs(CONTINUATIONS);
      for (int i = 0; i < scores.length; i++) {
        assertThat(scores[i]).isCloseTo(whole(model, CONTINUATIONS.get(i)), within(1e-9));
      }
    }
  }

  private static double whole(BoundModel model, int[] continuation) {
    int[] ids = Arrays.copyOf(CONTEXT, CONTEXT.length + continuation.length);
    System.arraycopy(continuation, 0, ids, CONTEXT.length, continuation.length);
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, CONTEXT.length, EncodedExample.NOT_LEARNED);
    Batch batch = Batch.of(List.of(new EncodedExample(0, "text", ids, labels)));
    try (TensorScope work = TensorScope.open()) {
      return -new CausalLmObjective().loss(model, model.upload(batch, work)).sum();
    }
  }

  @Test
  void whatHasNoTokenOrNoRoomIsRefused() {
    try (CausalLm base = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3);
        BoundModel model = new BoundModel(base, null, null)) {
      ContinuationScorer scorer = new ContinuationScorer(model);
      assertThatThrownBy(() -> scorer.logLikelihoods(new int[0], CONTINUATIONS))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("no token");
      assertThatThrownBy(() -> scorer.logLikelihoods(CONTEXT, List.of()))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("wanted a continuation, found none");
      assertThatThrownBy(() -> scorer.logLikelihoods(CONTEXT, List.of(new int[] {1}, new int[0])))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("continuation 1 has no token");
      assertThatThrownBy(() -> scorer.logLikelihoods(CONTEXT, List.of(new int[200])))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("max_position_embeddings");
      assertThatThrownBy(() -> scorer.logLikelihoods(CONTEXT, List.of(new int[] {5, 97, 4})))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("97");
      assertThatThrownBy(() -> scorer.logLikelihoods(CONTEXT, List.of(new int[] {97})))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("97");
    }
  }
}
