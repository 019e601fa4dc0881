package org.tune4j.rlhf.preference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.LengthBatches;
import org.tune4j.engine.data.Rating;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LossDifferences;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** A tiny policy beside another one, in fp64. */
class PreferenceObjectiveTest {
  private final CausalLm other = RandomModels.create(RandomModels.LLAMA, DType.FLOAT64, 7);
  private final BoundModel reference = new BoundModel(other, null, null);
  private final CausalLm base = RandomModels.create(RandomModels.LLAMA, DType.FLOAT64, 2);
  private final TrainableTensors weights =
      new TrainableTensors(TrainableWeights.all(base.architecture()), DType.FLOAT64, base.scope());
  private final BoundModel policy = new BoundModel(base, null, weights);

  PreferenceObjectiveTest() {
    TrainableWeights.copyFrom(base, weights);
  }

  @AfterEach
  void close() {
    policy.close();
    weights.close();
    base.close();
    reference.close();
    other.close();
  }

  static Stream<PreferenceLoss> losses() {
    return Stream.of(
        new DpoLoss(DpoConfig.DEFAULT),
        new DpoLoss(
            DpoConfig.builder()
                .lossType(DpoLossType.SIGMOID_NORM, DpoLossType.SFT)
                .lossWeights(List.of(0.8, 0.3))
                .ldAlpha(0.5)
                .build()),
        new KtoLoss(KtoConfig.DEFAULT),
        new OrpoLoss(0.3),
        new CpoLoss(CpoConfig.of(CpoConfig.Type.SIMPO, 2)));
  }

  private static EncodedExample document(long id, int prompt, int length) {
    int[] ids = new Random(97 * id + length).ints(prompt + length, 3, 97).toArray();
    int[] labels = ids.clone();
    Arrays.fill(labels, 0, prompt, EncodedExample.NOT_LEARNED);
    return new EncodedExample(id, "row " + id, ids, labels);
  }

  private static List<EncodedExample> pairs(int count) {
    List<EncodedExample> pairs = new ArrayList<>();
    for (int id = 0; id < count; id++) {
      pairs.add(
          EncodedExample.pair(document(id, 2 + id, 3 + id % 3), document(id, 2 + id, 5 - id % 2)));
    }
    return pairs;
  }

  private LossSum learn(
      BoundModel model,
      PreferenceObjective objective,
      Batch batch,
      double scale,
      Recompute recompute) {
    try (TensorScope work = model.workScope()) {
      return objective.lossAndGradients(model, model.upload(batch, work), scale, recompute, null);
    }
  }

  /** The gradient takes KTO's divergence for a number: it is compared where that is held at 0. */
  @ParameterizedTest
  @MethodSource("losses")
  void gradientsAreThoseOfTheWholeModel(PreferenceLoss loss) {
    PreferenceObjective objective = PreferenceObjective.of(loss, reference, 100);
    Batch batch = Batch.of(pairs(3));
    if (loss.usesKl()) {
      assertThat(kl(objective, batch)).isZero();
    }
    LossDifferences.check(
        weights, recompute -> learn(policy, objective, batch, 1, recompute).sum());
  }

  private double kl(PreferenceObjective objective, Batch batch) {
    objective.begin(List.of(batch));
    learn(policy, objective, batch, 1, Recompute.NONE);
    return objective.figures().get("kl");
  }

  /** Where nothing of the output layer is trained, scores are made once and not twice. */
  @ParameterizedTest
  @MethodSource("losses")
  void aFrozenOutputLayerGivesTheSameGradients(PreferenceLoss loss) {
    List<Trainable> some =
        TrainableWeights.all(base.architecture()).stream()
            .filter(each -> each.slot().name().contains("layers"))
            .toList();
    Batch batch = Batch.of(pairs(3));
    PreferenceObjective objective = PreferenceObjective.of(loss, reference, 100);
    try (TrainableTensors part = new TrainableTensors(some, DType.FLOAT64, base.scope());
        BoundModel frozen = new BoundModel(base, null, part)) {
      TrainableWeights.copyFrom(base, part);
      assertThat(frozen.trainsHead()).isFalse();
      assertThat(policy.trainsHead()).isTrue();
      LossSum found = learn(frozen, objective, batch, 0.5, Recompute.NONE);
      LossSum whole = learn(policy, objective, batch, 0.5, Recompute.NONE);
      assertThat(found.mean()).isCloseTo(whole.mean(), within(1e-12));
      for (Trainable each : some) {
        assertThat(part.gradient(each.slot()).toDoubles())
            .containsExactly(weights.gradient(each.slot()).toDoubles(), within(1e-12));
      }
    }
  }

  /** Of losses that compare no more than a pair; KTO compares the answers of a micro-batch. */
  @ParameterizedTest
  @MethodSource("losses")
  void microBatchesAddUpToTheStep(PreferenceLoss loss) {
    if (loss.usesKl()) {
      return;
    }
    PreferenceObjective objective = PreferenceObjective.of(loss, reference, 100);
    List<EncodedExample> all = pairs(4);
    Step whole = step(objective, List.of(Batch.of(all)));
    Step parts = step(objective, List.of(Batch.of(all.subList(0, 1)), Batch.of(all.subList(1, 4))));
    assertThat(parts.loss).isCloseTo(whole.loss, within(1e-12));
    assertThat(parts.gradient).containsExactly(whole.gradient, within(1e-12));
  }

  private record Step(double loss, double[] gradient) {}

  private Step step(PreferenceObjective objective, List<Batch> batches) {
    objective.begin(batches);
    double count = batches.stream().mapToDouble(objective::weight).sum();
    Gradients gradients = new Gradients(weights);
    gradients.clear();
    LossSum sum = LossSum.NONE;
    for (Batch batch : batches) {
      sum = sum.plus(learn(policy, objective, batch, 1 / count, Recompute.NONE));
    }
    return new Step(sum.mean(), weights.flatGradient().toDoubles());
  }

  @ParameterizedTest
  @MethodSource("losses")
  void measuredAloneALossIsTheSame(PreferenceLoss loss) {
    PreferenceObjective objective = PreferenceObjective.of(loss, reference, 100);
    Batch batch = Batch.of(pairs(3));
    try (TensorScope work = policy.workScope()) {
      LossSum measured = objective.loss(policy, policy.upload(batch, work));
      LossSum learned = learn(policy, objective, batch, 1, Recompute.NONE);
      assertThat(measured.mean()).isCloseTo(learned.mean(), within(1e-12));
    }
  }

  @Test
  void besideItselfAPolicyLosesLogTwo() {
    try (BoundModel same = new BoundModel(base, null, null)) {
      PreferenceObjective objective =
          PreferenceObjective.of(new DpoLoss(DpoConfig.DEFAULT), same, 100);
      Batch batch = Batch.of(pairs(3));
      objective.begin(List.of(batch));
      assertThat(learn(policy, objective, batch, 1, Recompute.NONE).mean())
          .isCloseTo(Math.log(2), within(1e-12));
      assertThat(objective.figures().get("rewards/margins")).isCloseTo(0, within(1e-12));
    }
  }

  @Test
  void turnedRoundPairsHaveTheOtherMargin() {
    PreferenceObjective objective =
        PreferenceObjective.of(new DpoLoss(DpoConfig.DEFAULT), reference, 100);
    List<EncodedExample> pairs = pairs(3);
    List<EncodedExample> turned =
        pairs.stream()
            .map(
                pair -> EncodedExample.pair(pair.rejected().orElseThrow(), pair.rated(Rating.NONE)))
            .toList();
    double one = margin(objective, Batch.of(pairs));
    assertThat(margin(objective, Batch.of(turned))).isCloseTo(-one, within(1e-12));
  }

  private double margin(PreferenceObjective objective, Batch batch) {
    objective.begin(List.of(batch));
    learn(policy, objective, batch, 1, Recompute.NONE);
    return objective.figures().get("rewards/margins");
  }

  @Test
  void whatIsKeptOfAReferenceIsWhatItSays() {
    List<EncodedExample> pairs = pairs(4);
    Batch batch = Batch.of(pairs.subList(1, 3));
    ReferencePolicy said = new ModelReference(reference);
    ReferencePolicy kept = KeptReference.of(reference, pairs);
    assertThat(kept.logProbs(batch)).containsExactly(said.logProbs(batch), within(1e-12));
    Batch unknown = Batch.of(List.of(document(9, 2, 3).rated(Rating.CHOSEN)));
    assertThatThrownBy(() -> kept.logProbs(unknown))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("row 9");
  }

  @Test
  void unrelatedAnswersStandBehindTheNextPrompt() {
    Batch batch = Batch.of(pairs(2));
    List<EncodedExample> unrelated = UnrelatedAnswers.of(batch, 100);
    assertThat(unrelated).hasSize(4);
    assertThat(unrelated.stream().mapToInt(EncodedExample::labelCount).sum())
        .isEqualTo(batch.labelCount());
    assertThat(UnrelatedAnswers.of(batch, 5)).allMatch(each -> each.length() <= 5);
    assertThat(UnrelatedAnswers.of(batch, 2)).isEmpty();
  }

  /** Two answers to one prompt stand side by side in a batch, the longest document first. */
  @Test
  void anAnswerToTheSamePromptIsNotUnrelated() {
    List<EncodedExample> pairs =
        IntStream.range(0, 4)
            .mapToObj(
                id -> EncodedExample.pair(document(id, 3, 9 - 2 * id), document(id, 3, 8 - 2 * id)))
            .toList();
    List<List<Integer>> learned = new ArrayList<>();
    for (EncodedExample each : UnrelatedAnswers.of(Batch.of(pairs), 100)) {
      EncodedExample row =
          pairs.stream()
              .filter(pair -> pair.source().equals(each.source()))
              .findFirst()
              .orElseThrow();
      assertThat(row.documents()).extracting(EncodedExample::length).doesNotContain(each.length());
      learned.add(Arrays.stream(each.ids()).skip(3).boxed().toList());
    }
    // All answers of the batch, each once.
    List<List<Integer>> all =
        pairs.stream()
            .flatMap(pair -> pair.documents().stream())
            .map(answer -> Arrays.stream(answer.ids()).skip(3).boxed().toList())
            .toList();
    assertThat(learned).containsExactlyInAnyOrderElementsOf(all);
  }

  /** Its own answer would hide all that the policy has learned of it. */
  @Test
  void aRowAloneHasNoDivergence() {
    assertThat(UnrelatedAnswers.of(Batch.of(pairs(1)), 100)).isEmpty();
    Batch alone = Batch.of(List.of(document(1, 2, 3).rated(Rating.CHOSEN)));
    assertThat(UnrelatedAnswers.of(alone, 100)).isEmpty();
    PreferenceObjective objective =
        PreferenceObjective.of(new KtoLoss(KtoConfig.DEFAULT), reference, 100);
    assertThat(kl(objective, alone)).isZero();
  }

  static Stream<PreferenceLoss> comparingRows() {
    return Stream.of(
        new KtoLoss(KtoConfig.DEFAULT),
        new DpoLoss(DpoConfig.builder().lossType(DpoLossType.AOT_UNPAIRED).build()));
  }

  /** The last of them is one too many for its batch. */
  @ParameterizedTest
  @MethodSource("comparingRows")
  void noHeldOutRowIsLeftAloneWhereRowsAreCompared(PreferenceLoss loss) {
    int count = LengthBatches.DEFAULT_TOKENS / 128 + 1;
    List<EncodedExample> rows =
        IntStream.range(0, count)
            .mapToObj(
                id ->
                    loss.isPaired()
                        ? EncodedExample.pair(document(id, 4, 60), document(id, 14, 50))
                        : document(id, 8, 120).rated(id % 2 == 0 ? Rating.CHOSEN : Rating.REJECTED))
            .toList();
    PreferenceObjective objective = PreferenceObjective.of(loss, reference, 128);
    PreferenceEvaluation evaluation = new PreferenceEvaluation(rows, loss);
    evaluation.begin(objective);
    Map<String, Double> found = evaluation.evaluate(policy);
    if (loss.usesKl()) {
      assertThat(found.get("eval_kl")).isPositive();
    }
    try (TensorScope work = policy.workScope()) {
      LossSum together = objective.loss(policy, policy.upload(Batch.of(rows), work));
      assertThat(found.get("eval_loss")).isCloseTo(together.mean(), within(1e-9));
    }
  }

  /** Else every answer would be as likely as every other to it. */
  @Test
  void aLossThatNeedsAReferenceIsNotWithoutOne() {
    assertThatThrownBy(() -> PreferenceObjective.of(new DpoLoss(DpoConfig.DEFAULT), null, 100))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("the reference: wanted a model");
    assertThat(PreferenceObjective.of(new OrpoLoss(0.1), null, 100)).isNotNull();
    DpoLoss sft = new DpoLoss(DpoConfig.builder().lossType(DpoLossType.SFT).build());
    assertThat(PreferenceObjective.of(sft, null, 100)).isNotNull();
  }

  /** It has no loss where two are compared, and would be trained nothing of. */
  @ParameterizedTest
  @MethodSource("losses")
  void anAnswerAloneIsForLossesOfOne(PreferenceLoss loss) {
    PreferenceObjective objective = PreferenceObjective.of(loss, reference, 100);
    List<EncodedExample> rows = new ArrayList<>(pairs(1));
    rows.add(document(8, 2, 3).rated(Rating.CHOSEN));
    Batch batch = Batch.of(rows);
    if (loss.isPaired()) {
      assertThatThrownBy(() -> learn(policy, objective, batch, 1, Recompute.NONE))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("judged alone");
    } else {
      assertThat(learn(policy, objective, batch, 1, Recompute.NONE).mean()).isFinite();
    }
  }

  @Test
  void rowsThatNobodyJudgedAreRefused() {
    PreferenceObjective objective =
        PreferenceObjective.of(new DpoLoss(DpoConfig.DEFAULT), reference, 100);
    Batch batch = Batch.of(List.of(document(1, 2, 3)));
    assertThatThrownBy(() -> learn(policy, objective, batch, 1, Recompute.NONE))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("without a rating");
  }
}
