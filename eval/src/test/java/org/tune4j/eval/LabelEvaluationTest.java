package org.tune4j.eval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tune4j.engine.data.EncodedExample.NOT_LEARNED;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.data.form.Labels;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.objective.HeadLoss.BinaryCrossEntropy;
import org.tune4j.engine.objective.HeadLoss.CrossEntropy;
import org.tune4j.engine.objective.HeadLoss.SquaredError;
import org.tune4j.engine.objective.HeadObjective;
import org.tune4j.engine.objective.SequenceClassification;
import org.tune4j.engine.objective.TokenClassification;
import org.tune4j.engine.predict.HeadPredictor;
import org.tune4j.engine.predict.Prediction;
import org.tune4j.engine.tensor.DType;

class LabelEvaluationTest {
  private static final HeadObjective ONE =
      new SequenceClassification(Reads.LAST, CrossEntropy.PLAIN);
  private static final HeadObjective MANY =
      new SequenceClassification(Reads.LAST, new BinaryCrossEntropy());
  private static final HeadObjective TOKENS = new TokenClassification(CrossEntropy.PLAIN);
  private static CausalLm weights;
  private static BoundModel model;

  @BeforeAll
  static void create() {
    weights = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 7);
    model = new BoundModel(weights, null, null);
  }

  @AfterAll
  static void close() {
    model.close();
    weights.close();
  }

  /** Texts of four tokens, and what the head says of them. */
  private static List<Prediction> said(HeadObjective objective) {
    Random random = new Random(3);
    List<EncodedExample> texts = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      int[] ids = random.ints(4, 0, 97).toArray();
      int[] none = {NOT_LEARNED, NOT_LEARNED, NOT_LEARNED, NOT_LEARNED};
      texts.add(new EncodedExample(i, "f:" + i, ids, none));
    }
    return new HeadPredictor(objective).predict(model, texts);
  }

  private static EncodedExample with(Prediction said, Target target) {
    return EncodedExample.of(said.example().id(), "f", said.example().ids(), target);
  }

  private static Map<String, Double> evaluate(
      List<EncodedExample> examples, HeadObjective objective) {
    return new LabelEvaluation(examples, task(objective), objective).evaluate(model);
  }

  private static HeadTask task(HeadObjective objective) {
    Labels labels = Labels.numbered(97);
    return objective == ONE
        ? new HeadTask.SingleLabel(labels)
        : objective == MANY
            ? new HeadTask.MultiLabel(labels)
            : new HeadTask.WordLabels(labels, false);
  }

  @Test
  void accuracyIsTheShareOfTextsWhoseLabelIsRight() {
    List<EncodedExample> examples = new ArrayList<>();
    double loss = 0;
    for (Prediction said : said(ONE)) {
      int label = examples.size() < 6 ? said.label(0) : (said.label(0) + 1) % 97;
      examples.add(with(said, new Target.OneLabel(label)));
      loss -= Math.log(said.outputs()[0][label]) / 8;
    }
    Map<String, Double> values = evaluate(examples, ONE);
    assertThat(values).containsOnlyKeys("eval_loss", "eval_accuracy", "eval_f1_macro");
    assertThat(values.get("eval_accuracy")).isEqualTo(0.75);
    assertThat(values.get("eval_loss")).isCloseTo(loss, within(1e-5));
  }

  @Test
  void ofManyLabelsAllHaveToBeRight() {
    List<EncodedExample> examples = new ArrayList<>();
    for (Prediction said : said(MANY)) {
      float[] right = new float[97];
      said.labels().forEach(label -> right[label] = 1);
      if (examples.size() % 2 == 0) {
        right[5] = 1 - right[5];
      }
      examples.add(with(said, new Target.ManyLabels(right)));
    }
    assertThat(evaluate(examples, MANY).get("eval_accuracy")).isEqualTo(0.5);
  }

  @Test
  void ofTokensTheLabelledOnesCount() {
    List<EncodedExample> examples = new ArrayList<>();
    for (Prediction said : said(TOKENS)) {
      int[] labels = {said.label(0), NOT_LEARNED, (said.label(2) + 1) % 97, said.label(3)};
      examples.add(with(said, new Target.TokenLabels(labels)));
    }
    assertThat(evaluate(examples, TOKENS).get("eval_accuracy")).isCloseTo(2.0 / 3, within(1e-12));
  }

  @Test
  void numbersAreMeasuredByTheirDistanceAlone() {
    String config =
        RandomModels.LLAMA
            .replace("\"vocab_size\":97", "\"vocab_size\":1")
            .replace("\"eos_token_id\":2", "\"eos_token_id\":0");
    HeadObjective objective = new SequenceClassification(Reads.LAST, new SquaredError());
    try (CausalLm base = RandomModels.create(config, DType.FLOAT32, 7);
        BoundModel one = new BoundModel(base, null, null)) {
      EncodedExample zero = EncodedExample.of(0, "f", new int[] {0, 0}, new Target.Number(0));
      float said = new HeadPredictor(objective).predict(one, List.of(zero)).get(0).value();
      EncodedExample far = EncodedExample.of(1, "f", new int[] {0, 0}, new Target.Number(said + 3));
      Map<String, Double> values =
          new LabelEvaluation(List.of(zero, far), new HeadTask.Regression(), objective)
              .evaluate(one);
      assertThat(values).containsOnlyKeys("eval_loss");
      assertThat(values.get("eval_loss")).isCloseTo((said * said + 9) / 2, within(1e-4));
    }
  }

  @Test
  void examplesWithoutLabelsAreLeftOutAndAloneRefused() {
    Prediction said = said(ONE).get(0);
    EncodedExample labelled = with(said, new Target.OneLabel(said.label(0)));
    assertThat(evaluate(List.of(said.example(), labelled), ONE).get("eval_accuracy")).isOne();
    assertThatThrownBy(() -> new LabelEvaluation(List.of(said.example()), task(ONE), ONE))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("none of 1 held-out examples");
  }
}
