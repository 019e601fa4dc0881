package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Target;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.ClassificationHead.Reads;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.HeadLoss.CrossEntropy;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.objective.SequenceClassification;
import org.tune4j.engine.objective.TokenClassification;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.tensor.DType;

/** Task heads through the one step that all training goes through. */
class HeadTrainingTest {
  /** Texts that are labelled by their first token, or token by token. */
  private static List<EncodedExample> examples(boolean tokens) {
    Random random = new Random(2);
    List<EncodedExample> examples = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      int[] ids = random.ints(2 + random.nextInt(6), 3, 97).toArray();
      int[] labels = new int[ids.length];
      for (int t = 0; t < ids.length; t++) {
        labels[t] = ids[t] % 3;
      }
      examples.add(
          EncodedExample.of(
              i,
              "f",
              ids,
              tokens ? new Target.TokenLabels(labels) : new Target.OneLabel(labels[0])));
    }
    return examples;
  }

  private static List<StepResult> train(
      Objective objective, boolean tokens, DType dtype, int steps, int parts) {
    List<EncodedExample> examples = examples(tokens);
    List<Batch> batches = new ArrayList<>();
    for (int from = 0; from < examples.size(); from += examples.size() / parts) {
      batches.add(Batch.of(examples.subList(from, from + examples.size() / parts)));
    }
    List<StepResult> results = new ArrayList<>();
    try (CausalLm base = RandomModels.create(RandomModels.LLAMA, dtype, 5);
        TrainableTensors weights =
            new TrainableTensors(TrainableWeights.all(base.architecture()), dtype, base.scope());
        BoundModel model = new BoundModel(base, null, weights);
        AdamW optimizer = new AdamW(weights, AdamW.Settings.DEFAULT, base.scope())) {
      TrainableWeights.copyFrom(base, weights);
      TrainStep step = new TrainStep(model, weights, objective, optimizer, Recompute.NONE, 1, 11);
      for (int s = 0; s < steps; s++) {
        results.add(step.run(batches, s, 1e-2, Double.POSITIVE_INFINITY));
      }
    }
    return results;
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
  void headsLearnWhatIsThereToLearn(DType dtype) {
    for (boolean tokens : new boolean[] {false, true}) {
      Objective objective =
          tokens
              ? new TokenClassification(CrossEntropy.PLAIN)
              : new SequenceClassification(Reads.LAST, CrossEntropy.PLAIN);
      List<StepResult> results = train(objective, tokens, dtype, 40, 2);
      assertThat(results.get(0).loss()).isGreaterThan(2);
      assertThat(results.get(39).loss()).isLessThan(0.2);
      assertThat(results.get(0).labels())
          .isEqualTo(examples(tokens).stream().mapToLong(EncodedExample::labelCount).sum());
    }
  }

  @Test
  void microBatchesOfUnequalWeightMakeTheStepOfTheWholeBatch() {
    List<Double> weights = new ArrayList<>(Collections.nCopies(97, 1.0));
    weights.set(0, 0.1);
    weights.set(2, 7.0);
    Objective objective = new SequenceClassification(Reads.LAST, new CrossEntropy(weights, 2));
    List<StepResult> whole = train(objective, false, DType.FLOAT64, 3, 1);
    List<StepResult> divided = train(objective, false, DType.FLOAT64, 3, 6);
    for (int s = 0; s < 3; s++) {
      assertThat(divided.get(s).loss()).isCloseTo(whole.get(s).loss(), within(1e-8));
      assertThat(divided.get(s).gradNorm()).isCloseTo(whole.get(s).gradNorm(), within(1e-8));
    }
  }
}
