package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Packer;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.Piece;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/**
 * However examples are packed and a step's batch is divided, loss and gradient are the same. In
 * fp64, so that only the order of sums is left to differ.
 */
class BatchInvarianceTest {
  private static final double ROUNDING = 1e-11;

  private static List<EncodedExample> examples(Random random, int count) {
    List<EncodedExample> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int[] ids = random.ints(2 + random.nextInt(12), 0, 97).toArray();
      int[] labels = ids.clone();
      Arrays.fill(labels, 0, random.nextInt(ids.length - 1), EncodedExample.NOT_LEARNED);
      examples.add(new EncodedExample(i, "f:" + i, ids, labels));
    }
    return examples;
  }

  /** Loss and gradient of a step that goes through the model in these parts. */
  private record Step(double loss, double[] gradient) {
    static Step of(String config, List<Batch> parts) {
      long labels = parts.stream().mapToLong(Batch::labelCount).sum();
      try (CausalLm model = RandomModels.create(config, DType.FLOAT64, 3);
          TrainableTensors weights =
              new TrainableTensors(
                  TrainableWeights.all(model.architecture()), DType.FLOAT64, model.scope());
          BoundModel bound = new BoundModel(model, null, weights)) {
        TrainableWeights.copyFrom(model, weights);
        LossSum loss = LossSum.NONE;
        for (Batch part : parts) {
          try (TensorScope work = bound.workScope()) {
            loss =
                loss.plus(
                    new CausalLmObjective()
                        .lossAndGradients(
                            bound, bound.upload(part, work), 1.0 / labels, Recompute.NONE, null));
          }
        }
        return new Step(loss.mean(), gradient(weights));
      }
    }

    private static double[] gradient(TrainableTensors weights) {
      if (weights.flatGradient().dtype() == DType.FLOAT64) {
        return weights.flatGradient().toDoubles();
      }
      float[] narrow = weights.flatGradient().toFloats();
      double[] wide = new double[narrow.length];
      Arrays.setAll(wide, i -> narrow[i]);
      return wide;
    }

    void assertEqualTo(Step other) {
      assertThat(loss).isCloseTo(other.loss, within(ROUNDING * other.loss));
      double norm = norm(other.gradient);
      double[] difference = new double[gradient.length];
      Arrays.setAll(difference, i -> gradient[i] - other.gradient[i]);
      assertThat(norm(difference)).isLessThan(ROUNDING * norm);
    }

    private static double norm(double[] values) {
      return Math.sqrt(Arrays.stream(values).map(v -> v * v).sum());
    }
  }

  @Provide
  Arbitrary<String> families() {
    return Arbitraries.of(RandomModels.LLAMA, RandomModels.QWEN2, RandomModels.GPT_NEOX);
  }

  @Property(tries = 12)
  void anyDivisionOfAStepGivesItsGradient(
      @ForAll @From("families") String family,
      @ForAll @IntRange(min = 2, max = 9) int count,
      @ForAll @IntRange(min = 1, max = 8) int partSize,
      @ForAll Random random) {
    List<EncodedExample> examples = examples(random, count);
    Step whole = Step.of(family, List.of(Batch.of(examples)));
    List<Batch> parts = new ArrayList<>();
    for (int from = 0; from < count; from += partSize) {
      parts.add(Batch.of(examples.subList(from, Math.min(count, from + partSize))));
    }
    Step.of(family, parts).assertEqualTo(whole);
  }

  @Property(tries = 12)
  void packedExamplesGiveTheLossAndGradientOfSingleOnes(
      @ForAll @From("families") String family,
      @ForAll @IntRange(min = 2, max = 9) int count,
      @ForAll Random random) {
    List<EncodedExample> examples = examples(random, count);
    List<Batch> rows = new ArrayList<>();
    int[] lengths = examples.stream().mapToInt(EncodedExample::length).toArray();
    for (List<Piece> row : Packer.pack(lengths, 16, Packing.BEST_FIT)) {
      rows.add(Batch.of(row.stream().map(piece -> examples.get(piece.sequence())).toList()));
    }
    Step single =
        Step.of(family, examples.stream().map(example -> Batch.of(List.of(example))).toList());
    Step.of(family, rows).assertEqualTo(single);
  }
}
