package org.tune4j.engine.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/**
 * The gradient of the loss with respect to all weights of a model of each family, in fp64, against
 * differences of the loss itself: of all weights at once, and of one tensor at a time.
 */
class ModelGradientTest {
  static Stream<String> models() {
    return Stream.concat(RandomModels.DENSE.stream(), RandomModels.SPARSE.stream());
  }

  @ParameterizedTest
  @MethodSource("models")
  void gradientIsWhatTheLossChangesBy(String config) {
    try (CausalLm model = RandomModels.create(config, DType.FLOAT64, 7);
        TrainableTensors trained =
            new TrainableTensors(
                TrainableWeights.all(model.architecture()), DType.FLOAT64, model.scope());
        BoundModel bound = new BoundModel(model, null, trained)) {
      TrainableWeights.copyFrom(model, trained);
      LossDifferences.check(trained, recompute -> loss(bound, recompute));
    }
  }

  /** Also adds gradients. */
  private static double loss(BoundModel bound, Recompute recompute) {
    Random random = new Random(3);
    List<EncodedExample> examples = new ArrayList<>();
    for (int length : new int[] {11, 9, 4}) {
      int[] ids = random.ints(length, 0, 97).toArray();
      examples.add(new EncodedExample(length, "row", ids, ids.clone()));
    }
    try (TensorScope work = TensorScope.open()) {
      BatchTensors batch = bound.upload(Batch.of(examples), work);
      return new CausalLmObjective().lossAndGradients(bound, batch, 1, recompute, null).sum();
    }
  }
}
