package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.HeadLoss.CrossEntropy;
import org.tune4j.engine.objective.SequenceClassification;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Dropout where nothing is trained: passes of Monte Carlo dropout. */
class LoraDropoutTest {
  private static final HeadPredictor PREDICTOR =
      new HeadPredictor(new SequenceClassification(Reads.LAST, CrossEntropy.PLAIN), 24);
  private static CausalLm base;
  private static List<EncodedExample> examples;

  @BeforeAll
  static void create() {
    base =
        RandomModels.create(
            RandomModels.QWEN2.replace(
                "\"vocab_size\"",
                "\"architectures\":[\"Qwen2ForSequenceClassification\"],\"vocab_size\""),
            DType.FLOAT32,
            3);
    Random random = new Random(3);
    examples = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      int[] ids = random.ints(3 + i, 0, 97).toArray();
      int[] none = new int[ids.length];
      Arrays.fill(none, EncodedExample.NOT_LEARNED);
      examples.add(new EncodedExample(i, "row " + i, ids, none));
    }
  }

  @AfterAll
  static void close() {
    base.close();
  }

  /** An adapter that changes something from the start. */
  private static Lora lora(double dropout) {
    LoraConfig config =
        LoraConfig.builder()
            .r(4)
            .loraAlpha(32)
            .loraDropout(dropout)
            .targetModules("all-linear")
            .initLoraWeights(LoraConfig.Init.RANDOM)
            .build();
    return Lora.create(base, config, 5);
  }

  private static double[] scores(List<Prediction> predictions) {
    return predictions.stream().mapToDouble(each -> each.outputs()[0][0]).toArray();
  }

  @Test
  void aPassComputesWhatTrainingDoes() {
    Batch batch = Batch.of(examples);
    BlockSeeds seeds = new BlockSeeds(9, 2, 1);
    try (Lora lora = lora(0.3);
        TensorScope work = lora.model().workScope()) {
      var uploaded = lora.model().upload(batch, work);
      float[] trained =
          lora.model().forward(uploaded, Recompute.NONE, seeds, work).hidden().toFloats();
      assertThat(lora.model().hidden(uploaded, seeds, work).toFloats()).isEqualTo(trained);
      assertThat(lora.model().hidden(uploaded, work).toFloats()).isNotEqualTo(trained);
    }
  }

  @Test
  void passesDifferAndComeBackBySeed() {
    try (Lora lora = lora(0.3)) {
      assertThat(lora.model().hasDropout()).isTrue();
      double[] one = scores(PREDICTOR.predictWithDropout(lora.model(), examples, 1, 0));
      assertThat(scores(PREDICTOR.predictWithDropout(lora.model(), examples, 1, 0))).isEqualTo(one);
      assertThat(scores(PREDICTOR.predictWithDropout(lora.model(), examples, 1, 1)))
          .isNotEqualTo(one);
      assertThat(scores(PREDICTOR.predictWithDropout(lora.model(), examples, 2, 0)))
          .isNotEqualTo(one);
      assertThat(PREDICTOR.predictWithDropout(lora.model(), examples, 1, 0))
          .extracting(Prediction::example)
          .containsExactlyElementsOf(examples);
    }
  }

  @Test
  void withoutDropoutAPassIsThePrediction() {
    try (Lora lora = lora(0)) {
      assertThat(lora.model().hasDropout()).isFalse();
      assertThat(scores(PREDICTOR.predictWithDropout(lora.model(), examples, 1, 0)))
          .isEqualTo(scores(PREDICTOR.predict(lora.model(), examples)));
    }
  }
}
