package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LossDifferences;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Students and teachers of different families, in fp64. */
class DistillationObjectiveTest {
  private final CausalLm teacherBase = RandomModels.create(RandomModels.GPT_NEOX, DType.FLOAT64, 2);
  private final BoundModel teacher = new BoundModel(teacherBase, null, null);
  private final CausalLm base = RandomModels.create(RandomModels.GEMMA2, DType.FLOAT64, 7);
  private final TrainableTensors weights =
      new TrainableTensors(TrainableWeights.all(base.architecture()), DType.FLOAT64, base.scope());
  private final BoundModel student = new BoundModel(base, null, weights);

  DistillationObjectiveTest() {
    TrainableWeights.copyFrom(base, weights);
  }

  @AfterEach
  void close() {
    student.close();
    weights.close();
    base.close();
    teacher.close();
    teacherBase.close();
  }

  static Stream<Distillation> kinds() {
    return Stream.of(
        Distillation.forwardKl(2, 0.4),
        Distillation.reverseKl(1.5, 1),
        Distillation.gkd(0.3, 2),
        new Distillation(0.5, 1, 0.7, false));
  }

  /** Rows of different weights, partly labelled. */
  private static List<EncodedExample> examples() {
    Random random = new Random(3);
    List<EncodedExample> examples = new ArrayList<>();
    for (int length : new int[] {9, 7, 4}) {
      int[] ids = random.ints(length, 0, 97).toArray();
      int[] labels = ids.clone();
      Arrays.fill(labels, 0, length / 3, EncodedExample.NOT_LEARNED);
      examples.add(new EncodedExample(length, "row", ids, labels));
    }
    return examples;
  }

  private LossSum learn(Objective objective, Batch batch, double scale, Recompute recompute) {
    try (TensorScope work = student.workScope()) {
      return objective.lossAndGradients(
          student, student.upload(batch, work), scale, recompute, null);
    }
  }

  private double loss(BoundModel of, BoundModel by, Distillation how) {
    try (TensorScope work = of.workScope()) {
      return new DistillationObjective(by, how)
          .loss(of, of.upload(Batch.of(examples()), work))
          .mean();
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void gradientIsWhatTheLossChangesBy(Distillation how) {
    Objective objective = new DistillationObjective(teacher, how);
    Batch batch = Batch.of(examples());
    double learned = learn(objective, batch, 1, Recompute.NONE).mean();
    assertThat(loss(student, teacher, how)).isCloseTo(learned, within(1e-12));
    LossDifferences.check(weights, recompute -> learn(objective, batch, 1, recompute).sum());
  }

  /** By the definition, token by token, from both models' scores. */
  @ParameterizedTest
  @MethodSource("kinds")
  void lossIsThatOfBothModelsScores(Distillation how) {
    Batch batch = Batch.of(examples());
    double sum = 0;
    try (TensorScope work = student.workScope()) {
      BatchTensors mine = student.upload(batch, work);
      BatchTensors yours = teacher.upload(batch, work);
      int[] rows = mine.labelledRows();
      double[] z = scores(student, mine, work);
      double[] t = scores(teacher, yours, work);
      for (int r = 0; r < rows.length; r++) {
        double[] q = softmax(z, r, how.temperature());
        double[] p = softmax(t, r, how.temperature());
        double hard = -Math.log(softmax(z, r, 1)[batch.labels()[rows[r]]]);
        double distance = distance(p, q, how.beta());
        double factor = how.scaled() ? how.temperature() * how.temperature() : 1;
        sum += (1 - how.alpha()) * hard + how.alpha() * factor * distance;
      }
      assertThat(loss(student, teacher, how)).isCloseTo(sum / rows.length, within(1e-10));
    }
  }

  private static double[] scores(BoundModel model, BatchTensors batch, TensorScope work) {
    int[] rows = batch.labelledRows();
    return model.output().logits(model.hidden(batch, work), work.longs(rows), work).toDoubles();
  }

  private static double[] softmax(double[] scores, int row, double temperature) {
    double[] p = Arrays.copyOfRange(scores, row * 97, (row + 1) * 97);
    Arrays.setAll(p, i -> Math.exp(p[i] / temperature));
    double total = Arrays.stream(p).sum();
    Arrays.setAll(p, i -> p[i] / total);
    return p;
  }

  private static double distance(double[] p, double[] q, double beta) {
    if (beta == 0 || beta == 1) {
      return beta == 0 ? kl(p, q) : kl(q, p);
    }
    double[] m = new double[p.length];
    Arrays.setAll(m, i -> beta * p[i] + (1 - beta) * q[i]);
    return beta * kl(p, m) + (1 - beta) * kl(q, m);
  }

  private static double kl(double[] p, double[] q) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += p[i] * Math.log(p[i] / q[i]);
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.25, 0.5, 1})
  void distanceIsZeroToOneselfAndTheSameFromBothSides(double beta) {
    assertThat(loss(student, student, Distillation.gkd(beta, 2))).isCloseTo(0, within(1e-14));
    double there = loss(student, teacher, Distillation.gkd(beta, 2));
    double back = loss(teacher, student, Distillation.gkd(1 - beta, 2));
    assertThat(there).isPositive().isCloseTo(back, within(1e-12));
  }

  @Test
  void anyDivisionOfAStepGivesItsGradient() {
    Objective objective = new DistillationObjective(teacher, Distillation.gkd(0.5, 1));
    double scale = 1 / objective.weight(Batch.of(examples()));
    double[] whole = gradient(objective, List.of(Batch.of(examples())), scale);
    double[] divided =
        gradient(
            objective,
            examples().stream().map(example -> Batch.of(List.of(example))).toList(),
            scale);
    assertThat(divided).containsExactly(whole, within(1e-13));
  }

  private double[] gradient(Objective objective, List<Batch> parts, double scale) {
    new Gradients(weights).clear();
    parts.forEach(part -> learn(objective, part, scale, Recompute.NONE));
    return weights.flatGradient().toDoubles();
  }

  @Test
  void teacherOfAnotherVocabularyIsRefused() {
    String larger = RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":98");
    try (CausalLm other = RandomModels.create(larger, DType.FLOAT64, 1);
        BoundModel bound = new BoundModel(other, null, null)) {
      assertThatThrownBy(() -> loss(student, bound, Distillation.gkd(0, 1)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll("98", "97");
    }
  }

  @Test
  void settingsThatMeanNothingAreRefused() {
    assertThatThrownBy(() -> Distillation.gkd(1.1, 1)).hasMessageContaining("beta");
    assertThatThrownBy(() -> Distillation.gkd(Double.NaN, 1)).hasMessageContaining("beta");
    assertThatThrownBy(() -> Distillation.forwardKl(0, 1)).hasMessageContaining("temperature");
    assertThatThrownBy(() -> Distillation.forwardKl(1, 0)).hasMessageContaining("alpha");
  }
}
