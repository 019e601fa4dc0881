package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
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
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Vectors between the blocks of students of several families, matched with a teacher's, in fp64.
 */
class HiddenMatchTest {
  private static final Distillation HOW = Distillation.forwardKl(2, 0.4);
  private static final int OWN = 32;

  /** Rows of different lengths, partly labelled. */
  private static final Batch BATCH =
      Batch.of(
          List.of(
              row(0, new int[] {5, 9, 2, 77, 31, 8}, new int[] {-100, -100, 2, 77, 31, 8}),
              row(1, new int[] {4, 60, 11}, new int[] {4, 60, 11})));

  private static EncodedExample row(long id, int[] ids, int[] labels) {
    return new EncodedExample(id, "row", ids, labels);
  }

  static Stream<Arguments> students() {
    List<Arguments> all = new ArrayList<>();
    for (String family :
        List.of(
            RandomModels.LLAMA, RandomModels.GPT_NEOX, RandomModels.GEMMA2, RandomModels.GPT2)) {
      all.add(Arguments.of(family, RandomModels.QWEN2_64, HiddenMatch.mse(0.7)));
      all.add(Arguments.of(family, RandomModels.QWEN2_64, mse(Map.of(1, 2, 2, 1))));
      all.add(Arguments.of(family, RandomModels.OLMO2, HiddenMatch.cosine(1.5)));
      all.add(
          Arguments.of(
              family,
              RandomModels.OLMO2,
              new HiddenMatch(HiddenMatch.Kind.COSINE, 1.5, Map.of(1, 1, 2, 2))));
    }
    return all.stream();
  }

  private static HiddenMatch mse(Map<Integer, Integer> layers) {
    return new HiddenMatch(HiddenMatch.Kind.MSE, 0.7, layers);
  }

  /** A student and its teacher. */
  private static final class Pair implements AutoCloseable {
    private final CausalLm teacherBase;
    private final BoundModel teacher;
    private final CausalLm base;
    private final TrainableTensors weights;
    private final BoundModel student;
    private final Objective objective;

    Pair(String student, String teacher, HiddenMatch match) {
      this.teacherBase = RandomModels.create(teacher, DType.FLOAT64, 2);
      this.teacher = new BoundModel(teacherBase, null, null);
      this.base = RandomModels.create(student, DType.FLOAT64, 7);
      List<Trainable> all = new ArrayList<>(TrainableWeights.all(base.architecture()));
      match.projection(base.architecture(), teacherBase.architecture()).ifPresent(all::add);
      this.weights = new TrainableTensors(all, DType.FLOAT64, base.scope());
      TrainableWeights.copyFrom(base, weights);
      this.student = new BoundModel(base, null, weights);
      this.objective =
          DistillationObjective.matching(
              this.teacher, HOW, match, base.architecture(), weights, 11);
    }

    double learn(Recompute recompute) {
      try (TensorScope work = student.workScope()) {
        BatchTensors batch = student.upload(BATCH, work);
        return objective.lossAndGradients(student, batch, 1, recompute, null).sum();
      }
    }

    @Override
    public void close() {
      student.close();
      weights.close();
      base.close();
      teacher.close();
      teacherBase.close();
    }
  }

  @ParameterizedTest
  @MethodSource("students")
  void gradientIsWhatTheLossChangesBy(String student, String teacher, HiddenMatch match) {
    try (Pair pair = new Pair(student, teacher, match)) {
      LossDifferences.check(pair.weights, pair::learn);
    }
  }

  @Test
  void activationsMayLieInFiles(@TempDir Path folder) {
    double[][] gradients = new double[2][];
    for (int i = 0; i < 2; i++) {
      try (Pair pair =
          new Pair(RandomModels.LLAMA, RandomModels.QWEN2_64, mse(Map.of(1, 2, 2, 1)))) {
        if (i == 1) {
          pair.student.spillActivations(folder);
        }
        pair.learn(Recompute.NONE);
        gradients[i] = pair.weights.flatGradient().toDoubles();
      }
    }
    assertThat(gradients[1]).isEqualTo(gradients[0]);
  }

  /** By the definition, layer by layer, from both models' vectors. */
  @ParameterizedTest
  @MethodSource("students")
  void lossIsThatOfBothModelsVectors(String student, String teacher, HiddenMatch match) {
    try (Pair pair = new Pair(student, teacher, match);
        TensorScope work = pair.student.workScope()) {
      BatchTensors mine = pair.student.upload(BATCH, work);
      double wanted =
          new DistillationObjective(pair.teacher, HOW).loss(pair.student, mine).sum()
              + match.weight() * distances(pair, match, mine, work);
      assertThat(pair.objective.loss(pair.student, mine).sum()).isCloseTo(wanted, within(1e-11));
      double[] before = pair.weights.flatGradient().toDoubles();
      assertThat(before).containsOnly(0);
      assertThat(pair.learn(Recompute.NONE)).isCloseTo(wanted, within(1e-11));
    }
  }

  private static double distances(
      Pair pair, HiddenMatch match, BatchTensors mine, TensorScope work) {
    Map<Integer, Integer> layers =
        match.layers(pair.base.architecture(), pair.teacherBase.architecture());
    Map<Integer, Tensor> own = pair.student.hiddenStates(mine, null, layers.keySet(), work);
    Map<Integer, Tensor> taught =
        pair.teacher.hiddenStates(
            pair.teacher.upload(BATCH, work), null, Set.copyOf(layers.values()), work);
    double[] w =
        match
            .projection(pair.base.architecture(), pair.teacherBase.architecture())
            .map(trainable -> pair.weights.master(trainable.slot()).toDoubles())
            .orElse(null);
    double sum = 0;
    for (Map.Entry<Integer, Integer> layer : layers.entrySet()) {
      double[] s = own.get(layer.getKey()).toDoubles();
      double[] t = taught.get(layer.getValue()).toDoubles();
      for (int row : mine.labelledRows()) {
        sum += w == null ? cosine(s, t, row) : meanSquare(s, t, w, row);
      }
    }
    return sum;
  }

  private static double cosine(double[] s, double[] t, int row) {
    double st = 0;
    double ss = 0;
    double tt = 0;
    for (int i = row * OWN; i < (row + 1) * OWN; i++) {
      st += s[i] * t[i];
      ss += s[i] * s[i];
      tt += t[i] * t[i];
    }
    return 1 - st / Math.sqrt(ss * tt);
  }

  private static double meanSquare(double[] s, double[] t, double[] w, int row) {
    int size = w.length / OWN;
    double sum = 0;
    for (int o = 0; o < size; o++) {
      double y = 0;
      for (int i = 0; i < OWN; i++) {
        y += w[o * OWN + i] * s[row * OWN + i];
      }
      sum += Math.pow(y - t[row * size + o], 2);
    }
    return sum / size;
  }

  @Test
  void modelsThatCannotBeMatchedAreRefused() {
    assertRefused(
        HiddenMatch.cosine(1), RandomModels.QWEN2_64, "64 numbers and the student's 32", "mse");
    assertRefused(mse(Map.of(4, 1)), RandomModels.QWEN2_64, "the student has layers 1 to 3", "4");
    assertRefused(mse(Map.of(1, 0)), RandomModels.QWEN2_64, "the teacher has layers 1 to 2", "0");
    assertThatThrownBy(() -> HiddenMatch.mse(0)).hasMessageContaining("hidden_weight");
  }

  private static void assertRefused(HiddenMatch match, String teacher, String... parts) {
    try (CausalLm student = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 1);
        CausalLm other = RandomModels.create(teacher, DType.FLOAT32, 1)) {
      assertThatThrownBy(() -> match.requireFor(student.architecture(), other.architecture()))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll(parts);
    }
  }
}
