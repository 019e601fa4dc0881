package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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

/** Label smoothing of whole models in fp64, with scores that are capped and that are not. */
class LabelSmoothingTest {
  private static final double SMOOTHING = 0.2;
  private static final Objective SMOOTHED = new CausalLmObjective(0, SMOOTHING);
  private static final int[] IDS = {5, 96, 0, 17, 17, 3};

  private static BatchTensors upload(BoundModel model, TensorScope scope) {
    return model.upload(
        Batch.of(List.of(new EncodedExample(0, "row", IDS.clone(), IDS.clone()))), scope);
  }

  private static double loss(BoundModel model, Recompute recompute) {
    try (TensorScope work = model.workScope()) {
      return SMOOTHED.lossAndGradients(model, upload(model, work), 1, recompute, null).sum();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {RandomModels.LLAMA, RandomModels.GEMMA2})
  void lossAndGradientAreThoseOfTheSmoothedDistribution(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 7);
        TrainableTensors trained =
            new TrainableTensors(
                TrainableWeights.all(base.architecture()), DType.FLOAT64, base.scope());
        BoundModel model = new BoundModel(base, null, trained)) {
      TrainableWeights.copyFrom(base, trained);
      assertThat(loss(model, Recompute.NONE)).isCloseTo(byScores(model), within(1e-10));
      LossDifferences.check(trained, recompute -> loss(model, recompute));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = RandomModels.LLAMA)
  void evaluationIsPlain(String config) {
    try (CausalLm base = RandomModels.create(config, DType.FLOAT64, 7);
        BoundModel model = new BoundModel(base, null, null);
        TensorScope work = model.workScope()) {
      BatchTensors batch = upload(model, work);
      assertThat(SMOOTHED.loss(model, batch)).isEqualTo(new CausalLmObjective().loss(model, batch));
    }
  }

  /** By the definition: the cross entropy with (1 - e) onehot + e / V. */
  private static double byScores(BoundModel model) {
    try (TensorScope work = model.workScope()) {
      BatchTensors batch = upload(model, work);
      int[] rows = batch.labelledRows();
      Tensor scores = model.output().logits(model.hidden(batch, work), work.longs(rows), work);
      double[] z = scores.toDoubles();
      int vocabulary = (int) scores.shape()[1];
      double sum = 0;
      for (int r = 0; r < rows.length; r++) {
        double total = 0;
        for (int v = 0; v < vocabulary; v++) {
          total += Math.exp(z[r * vocabulary + v]);
        }
        for (int v = 0; v < vocabulary; v++) {
          double wanted = SMOOTHING / vocabulary + (v == IDS[rows[r] + 1] ? 1 - SMOOTHING : 0);
          sum -= wanted * (z[r * vocabulary + v] - Math.log(total));
        }
      }
      return sum;
    }
  }
}
