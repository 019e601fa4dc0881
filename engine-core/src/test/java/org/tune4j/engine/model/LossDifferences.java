package org.tune4j.engine.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Compares the gradient that training takes of a model's loss with central differences of the loss
 * itself, in fp64: of all that is trained at once, and of one tensor at a time.
 */
public final class LossDifferences {
  private static final double STEP = 1e-6;

  private final TrainableTensors trained;
  private final ToDoubleFunction<Recompute> loss;
  private final double[] weights;

  private LossDifferences(TrainableTensors trained, ToDoubleFunction<Recompute> loss) {
    this.trained = trained;
    this.loss = loss;
    this.weights = trained.flat().toDoubles();
  }

  /**
   * Checks a model whose weights are set.
   *
   * @param loss of the model as its weights are; its gradient is added to that of {@code trained}
   */
  public static void check(TrainableTensors trained, ToDoubleFunction<Recompute> loss) {
    new LossDifferences(trained, loss).check();
  }

  private void check() {
    List<double[]> gradients = new ArrayList<>();
    for (Recompute recompute : Recompute.values()) {
      set(trained.flatGradient(), new double[weights.length]);
      loss.applyAsDouble(recompute);
      gradients.add(trained.flatGradient().toDoubles());
    }
    double[] gradient = gradients.get(0);
    assertThat(Arrays.stream(gradient).map(Math::abs).sum()).isPositive();
    for (double[] other : gradients) {
      assertThat(other).containsExactly(gradient, within(1e-12));
    }
    Random random = new Random(9);
    compare("all", 0, weights.length, gradient, random);
    int at = 0;
    for (Trainable each : trained.all()) {
      int end = at + (int) each.slot().elements();
      compare(each.slot().name(), at, end, gradient, random);
      at = end;
    }
    assertThat(at).isEqualTo(weights.length);
  }

  private void compare(String name, int from, int to, double[] gradient, Random random) {
    double[] direction = new double[weights.length];
    double wanted = 0;
    for (int i = from; i < to; i++) {
      direction[i] = random.nextGaussian();
      wanted += direction[i] * gradient[i];
    }
    double difference = (lossAt(direction, STEP) - lossAt(direction, -STEP)) / (2 * STEP);
    assertThat(difference).as(name).isCloseTo(wanted, within(1e-6 + 1e-6 * Math.abs(wanted)));
  }

  private double lossAt(double[] direction, double step) {
    double[] moved = weights.clone();
    for (int i = 0; i < moved.length; i++) {
      moved[i] += step * direction[i];
    }
    set(trained.flat(), moved);
    trained.refresh();
    double value = loss.applyAsDouble(Recompute.NONE);
    set(trained.flat(), weights);
    trained.refresh();
    return value;
  }

  private static void set(Tensor target, double[] numbers) {
    try (TensorScope work = TensorScope.open()) {
      TensorOps.copy(target, work.doubles(numbers, numbers.length));
    }
  }
}
