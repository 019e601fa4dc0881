package org.tune4j.engine.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tune4j.engine.data.EncodedExample.NOT_LEARNED;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.LengthBatches;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.objective.HeadLoss.BinaryCrossEntropy;
import org.tune4j.engine.objective.HeadLoss.CrossEntropy;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.objective.SequenceClassification;
import org.tune4j.engine.objective.TokenClassification;
import org.tune4j.engine.tensor.DType;

class HeadPredictorTest {
  private static final HeadObjective TOKENS = new TokenClassification(CrossEntropy.PLAIN);
  private static final HeadObjective TEXTS =
      new SequenceClassification(Reads.LAST, CrossEntropy.PLAIN);
  private static CausalLm weights;
  private static BoundModel model;

  @BeforeContainer
  static void create() {
    weights = RandomModels.create(RandomModels.LLAMA, DType.FLOAT64, 7);
    model = new BoundModel(weights, null, null);
  }

  @AfterContainer
  static void close() {
    model.close();
    weights.close();
  }

  private static List<EncodedExample> examples(HeadObjective objective, int count, Random random) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(1 + random.nextInt(9), 0, 97).toArray();
      int[] labels = random.ints(ids.length, 0, 97).toArray();
      labels[0] = i % 2 == 0 ? NOT_LEARNED : labels[0];
      examples.add(
          EncodedExample.of(
              0,
              "all with one id",
              ids,
              objective == TEXTS
                  ? new Target.OneLabel(labels[ids.length - 1] & 63)
                  : new Target.TokenLabels(labels)));
    }
    return examples;
  }

  @Property(tries = 20)
  void eachExampleGetsWhatItWouldGetAlone(
      @ForAll boolean tokens,
      @ForAll @IntRange(min = 1, max = 8) int count,
      @ForAll @IntRange(min = 1, max = 40) int tokensPerBatch,
      @ForAll Random random) {
    HeadObjective objective = tokens ? TOKENS : TEXTS;
    List<EncodedExample> examples = examples(objective, count, random);
    List<Prediction> all = new HeadPredictor(objective, tokensPerBatch).predict(model, examples);
    assertThat(all).extracting(Prediction::example).containsExactlyElementsOf(examples);
    for (Prediction prediction : all) {
      Prediction alone =
          new HeadPredictor(objective).predict(model, List.of(prediction.example())).get(0);
      assertThat(prediction.tokens()).isEqualTo(alone.tokens());
      assertThat(prediction.loss().weight()).isEqualTo(prediction.example().labelCount());
      assertThat(prediction.loss().sum()).isCloseTo(alone.loss().sum(), within(1e-9));
      double sum = 0;
      for (int judged = 0; judged < alone.tokens().length; judged++) {
        assertThat(prediction.label(judged)).isEqualTo(alone.label(judged));
        Target target = alone.example().target().orElseThrow();
        int wanted =
            target instanceof Target.OneLabel one
                ? one.id()
                : ((Target.TokenLabels) target).ids()[alone.tokens()[judged]];
        sum -= Math.log(prediction.outputs()[judged][wanted]);
      }
      assertThat(prediction.loss().sum()).isCloseTo(sum, within(1e-4 * Math.max(1, sum)));
    }
  }

  @Example
  void whatHasNoLabelsIsPredictedWithoutALoss() {
    int[] none = new int[3];
    Arrays.fill(none, NOT_LEARNED);
    EncodedExample text = new EncodedExample(0, "f", new int[] {5, 6, 7}, none);
    Prediction said = new HeadPredictor(TEXTS).predict(model, List.of(text)).get(0);
    assertThat(said.tokens()).containsExactly(2);
    assertThat(said.loss()).isEqualTo(LossSum.NONE);
    assertThat(new HeadPredictor(TOKENS).predict(model, List.of(text)).get(0).tokens())
        .containsExactly(0, 1, 2);
    assertThat(new HeadPredictor(TEXTS).predict(model, List.of())).isEmpty();
    EncodedExample labelled = examples(TEXTS, 1, new Random(1)).get(0);
    assertThatThrownBy(() -> new HeadPredictor(TEXTS).predict(model, List.of(text, labelled)))
        .isInstanceOf(ConfigException.class);
    assertThatThrownBy(() -> new HeadPredictor(TEXTS, 0).predict(model, List.of(text)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("tokens per batch");
  }

  @Example
  void labelsAreReadOffTheOutputs() {
    EncodedExample text = examples(TEXTS, 1, new Random(1)).get(0);
    float[][] outputs = {{0.2f, 0.7f, 0.7f, 0.5f}};
    Prediction said = new Prediction(text, new int[] {0}, outputs, LossSum.NONE);
    assertThat(said.label(0)).isEqualTo(1);
    assertThat(said.labels()).containsExactly(1, 2);
    assertThat(said.value()).isEqualTo(0.2f);
    assertThat(
            new HeadPredictor(new SequenceClassification(Reads.FIRST, new BinaryCrossEntropy()))
                .predict(
                    model,
                    List.of(
                        EncodedExample.of(
                            0, "f", new int[] {1, 2}, new Target.ManyLabels(new float[97]))))
                .get(0)
                .tokens())
        .containsExactly(0);
  }

  @Example
  void batchesHoldWhatFitsTheLongestFirst() {
    List<EncodedExample> examples = examples(TEXTS, 40, new Random(4));
    List<List<EncodedExample>> batches = LengthBatches.of(examples, 12);
    assertThat(batches.stream().flatMap(List::stream).toList())
        .containsExactlyInAnyOrderElementsOf(examples)
        .isSortedAccordingTo((a, b) -> b.length() - a.length());
    for (int b = 0; b < batches.size(); b++) {
      int tokens = batches.get(b).stream().mapToInt(EncodedExample::length).sum();
      assertThat(tokens).isLessThanOrEqualTo(12);
      if (b > 0) {
        int before = batches.get(b - 1).stream().mapToInt(EncodedExample::length).sum();
        assertThat(before + batches.get(b).get(0).length()).isGreaterThan(12);
      }
    }
    assertThat(LengthBatches.of(examples, 1)).hasSize(40);
    assertThat(LengthBatches.of(examples, 1, 3))
        .hasSize(13)
        .allMatch(batch -> batch.size() == 3 || batch.size() == 4);
    assertThat(LengthBatches.of(examples.subList(0, 1), 1, 3)).hasSize(1);
  }
}
