package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.InputShift;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** In fp64, by the definition: the plain loss, and that of vectors moved along its gradient. */
class AdversarialObjectiveTest {
  private static final double EPSILON = 0.01;
  private static final Objective PLAIN = new CausalLmObjective();
  private static final Objective ADVERSARIAL = new AdversarialObjective(PLAIN, EPSILON);

  private final CausalLm base = RandomModels.create(RandomModels.QWEN2, DType.FLOAT64, 7);
  private final TrainableTensors trained =
      new TrainableTensors(TrainableWeights.all(base.architecture()), DType.FLOAT64, base.scope());
  private final BoundModel model = new BoundModel(base, null, trained);

  AdversarialObjectiveTest() {
    TrainableWeights.copyFrom(base, trained);
  }

  @AfterEach
  void close() {
    model.close();
    trained.close();
    base.close();
  }

  private static EncodedExample example(int length) {
    int[] ids = new Random(length).ints(length, 0, 97).toArray();
    return new EncodedExample(length, "row", ids, ids.clone());
  }

  /** Nothing of it is learned. */
  private static EncodedExample unlabelled(int length) {
    int[] labels = new int[length];
    Arrays.fill(labels, EncodedExample.NOT_LEARNED);
    return new EncodedExample(length, "row", example(length).ids(), labels);
  }

  /** A loss, its gradient by what is trained, and by the vectors of words. */
  private record Pass(double loss, double[] byWeights, double[] byInputs) {}

  private Pass pass(Objective objective, Batch batch, double[] shift) {
    try (TensorScope work = model.workScope()) {
      TensorOps.copy(
          trained.flatGradient(),
          TensorOps.zeros(work, DType.FLOAT64, trained.flatGradient().shape()));
      BatchTensors tensors = model.upload(batch, work);
      InputShift inputs = InputShift.zeros(tensors, model, work);
      if (objective == PLAIN) {
        TensorOps.copy(inputs.values(), work.doubles(shift, inputs.values().shape()));
      }
      BatchTensors moved = objective == PLAIN ? tensors.shifted(inputs) : tensors;
      double loss = objective.lossAndGradients(model, moved, 1, Recompute.NONE, null).sum();
      return new Pass(loss, trained.flatGradient().toDoubles(), inputs.gradient().toDoubles());
    }
  }

  private double[] zeros(Batch batch) {
    return new double[batch.tokens() * base.architecture().hiddenSize()];
  }

  private static double[] mean(double[] a, double[] b) {
    double[] mean = new double[a.length];
    Arrays.setAll(mean, i -> (a[i] + b[i]) / 2);
    return mean;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 9})
  void aTextIsMovedAlongItsGradient(int length) {
    Batch batch = Batch.of(List.of(example(length)));
    Pass here = pass(PLAIN, batch, zeros(batch));
    double norm = Math.sqrt(Arrays.stream(here.byInputs()).map(g -> g * g).sum());
    Pass there =
        pass(PLAIN, batch, Arrays.stream(here.byInputs()).map(g -> EPSILON * g / norm).toArray());
    assertThat(there.loss()).isGreaterThan(here.loss());
    Pass both = pass(ADVERSARIAL, batch, zeros(batch));
    assertThat(both.loss()).isCloseTo((here.loss() + there.loss()) / 2, within(1e-10));
    assertThat(both.byWeights())
        .containsExactly(mean(here.byWeights(), there.byWeights()), within(1e-10));
  }

  @Test
  void textsOfABatchAreMovedEachByItself() {
    Pass together =
        pass(ADVERSARIAL, Batch.of(List.of(example(3), unlabelled(4), example(7))), new double[0]);
    Pass first = pass(ADVERSARIAL, Batch.of(List.of(example(3))), new double[0]);
    Pass second = pass(ADVERSARIAL, Batch.of(List.of(example(7))), new double[0]);
    assertThat(together.loss()).isCloseTo(first.loss() + second.loss(), within(1e-10));
    double[] sum = mean(first.byWeights(), second.byWeights());
    assertThat(together.byWeights())
        .containsExactly(Arrays.stream(sum).map(g -> 2 * g).toArray(), within(1e-10));
  }

  @Test
  void whatIsMeasuredIsThePlainLoss() {
    try (TensorScope work = model.workScope()) {
      BatchTensors batch = model.upload(Batch.of(List.of(example(5))), work);
      assertThat(ADVERSARIAL.loss(model, batch)).isEqualTo(PLAIN.loss(model, batch));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN, Double.POSITIVE_INFINITY})
  void refusesAnEpsilonThatMovesNothing(double epsilon) {
    assertThatThrownBy(() -> new AdversarialObjective(PLAIN, epsilon))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("adversarial_epsilon");
  }
}
