package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.DecodeSession;
import org.tune4j.engine.model.LossDifferences;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.SamplingRule;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/** LoRA at all linear layers of a model of each family, in fp64. */
class LoraFamiliesTest {
  private static final int VOCABULARY = 97;
  private static final int[] TEXT = new Random(4).ints(9, 0, VOCABULARY).toArray();

  static Stream<String> models() {
    return Stream.concat(RandomModels.DENSE.stream(), RandomModels.SPARSE.stream());
  }

  private static Lora lora(CausalLm base) {
    return Lora.create(
        base,
        LoraConfig.builder()
            .r(3)
            .targetModules("all-linear")
            .initLoraWeights(LoraConfig.Init.RANDOM)
            .build(),
        5);
  }

  @ParameterizedTest
  @MethodSource("models")
  void eachHasModulesThatAreAdaptedWhenNoneAreNamed(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT32, 3);
        Lora lora = Lora.create(base, LoraConfig.builder().r(2).build(), 1)) {
      assertThat(lora.adapter().modules()).hasSizeGreaterThanOrEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void mergedEqualsAdapted(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        BoundModel bare = new BoundModel(base, null, null);
        Lora lora = lora(base);
        PeftMerge merge = PeftMerge.of(lora)) {
      double[] adapted = scores(lora.model(), TEXT);
      assertThat(scores(merge.model(), TEXT)).containsExactly(adapted, within(1e-10));
      double[] before = scores(bare, TEXT);
      assertThat(Math.abs(before[0] - adapted[0])).isGreaterThan(1e-3);
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void cachedGenerationEqualsAForwardPass(String config) {
    int[] text = TEXT;
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        Lora lora = lora(base);
        DecodeSession session =
            lora.model().decode(batch(text), text.length + 4, SamplingRule.GREEDY, 4)) {
      DecodeSession.Choice choice = session.first(new double[1]);
      for (int step = 0; step < 4; step++) {
        double[] scores = scores(lora.model(), text);
        int best = 0;
        double sum = 0;
        for (int v = 0; v < VOCABULARY; v++) {
          best = scores[v] > scores[best] ? v : best;
          sum += Math.exp(scores[v]);
        }
        assertThat(choice.ids()).containsExactly(best);
        assertThat(choice.logProbs()[0]).isCloseTo(scores[best] - Math.log(sum), within(1e-10));
        text = Arrays.copyOf(text, text.length + 1);
        text[text.length - 1] = best;
        choice = session.next(choice.ids(), new double[1]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("models")
  void gradientIsWhatTheLossChangesBy(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 3);
        Lora lora = lora(base)) {
      LossDifferences.check(lora.weights(), recompute -> loss(lora.model(), recompute));
    }
  }

  /** Also adds gradients. */
  private static double loss(BoundModel model, Recompute recompute) {
    try (TensorScope work = TensorScope.open()) {
      BatchTensors batch = model.upload(batch(TEXT, Arrays.copyOf(TEXT, 6)), work);
      return new CausalLmObjective().lossAndGradients(model, batch, 1, recompute, null).sum();
    }
  }

  /** Of the token after a text. */
  private static double[] scores(BoundModel model, int[] text) {
    try (TensorScope work = TensorScope.open()) {
      Tensor hidden = model.hidden(model.upload(batch(text), work), work);
      return model
          .output()
          .logits(hidden, work.longs(new int[] {text.length - 1}), work)
          .toDoubles();
    }
  }

  private static Batch batch(int[]... texts) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int[] text : texts) {
      examples.add(new EncodedExample(examples.size(), "row", text, text.clone()));
    }
    return Batch.of(examples);
  }
}
