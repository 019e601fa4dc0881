package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.SafetensorsFile;
import org.tune4j.engine.checkpoint.SafetensorsWriter;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LossDifferences;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.optim.Sgd;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.TrainStep;

/** Fisher information and penalties against their definitions in fp64, and files of them. */
class WeightAnchorTest {
  private static final Objective LOSS = new CausalLmObjective();
  private static final double LAMBDA = 0.7;

  @TempDir Path folder;

  /** A random model that is trained in full. */
  private record Trained(CausalLm base, TrainableTensors weights, BoundModel model)
      implements AutoCloseable {
    static Trained of(String config, DType dtype) {
      CausalLm base = RandomModels.create(config, dtype, 7);
      TrainableTensors weights =
          new TrainableTensors(TrainableWeights.all(base.architecture()), dtype, base.scope());
      TrainableWeights.copyFrom(base, weights);
      return new Trained(base, weights, new BoundModel(base, null, weights));
    }

    WeightAnchor measure(List<EncodedExample> examples) {
      return WeightAnchor.measure(model, weights, LOSS, examples, base.scope());
    }

    /** Moves every weight a little. */
    void move() {
      double[] moved = weights.flat().toDoubles();
      Random random = new Random(2);
      Arrays.setAll(moved, i -> moved[i] + 0.1 * random.nextGaussian());
      try (TensorScope work = TensorScope.open()) {
        TensorOps.copy(weights.flat(), work.doubles(moved, moved.length));
      }
      weights.refresh();
    }

    @Override
    public void close() {
      model.close();
      weights.close();
      base.close();
    }
  }

  /** Rows of different lengths, of which different shares are labelled; the last not at all. */
  private static List<EncodedExample> examples() {
    Random random = new Random(4);
    List<EncodedExample> examples = new ArrayList<>();
    for (int row = 0; row < 5; row++) {
      int[] ids = random.ints(4 + 2 * row, 0, 97).toArray();
      int[] labels = ids.clone();
      Arrays.fill(labels, 0, row == 4 ? labels.length : 1 + row, EncodedExample.NOT_LEARNED);
      examples.add(new EncodedExample(row, "row " + row, ids, labels));
    }
    return examples;
  }

  @Test
  void fisherIsTheMeanSquareOfTheGradientsOfMeanLosses() {
    try (Trained trained = Trained.of(RandomModels.LLAMA, DType.FLOAT64);
        WeightAnchor anchor = trained.measure(examples())) {
      assertThat(trained.weights().flatGradient().toDoubles()).containsOnly(0);
      int labelled = 4;
      double[] fisher = new double[(int) trained.weights().parameters()];
      double[] start = trained.weights().flat().toDoubles();
      for (EncodedExample example : examples().subList(0, labelled)) {
        double[] gradient = gradient(trained, example);
        for (int i = 0; i < fisher.length; i++) {
          fisher[i] += gradient[i] * gradient[i] / labelled;
        }
      }
      trained.move();
      double[] now = trained.weights().flat().toDoubles();
      double wanted = 0;
      double[] slope = new double[fisher.length];
      for (int i = 0; i < fisher.length; i++) {
        double distance = now[i] - start[i];
        wanted += LAMBDA / 2 * fisher[i] * distance * distance;
        slope[i] = LAMBDA * fisher[i] * distance;
      }
      new Gradients(trained.weights()).clear();
      assertThat(anchor.addPenalty(LAMBDA)).isCloseTo(wanted, within(1e-12 * wanted));
      assertThat(trained.weights().flatGradient().toDoubles())
          .containsExactly(slope, within(1e-14));
    }
  }

  /** Of a loss whose gradients, let alone their squares, are mostly too small for fp16. */
  @Test
  void inFp16FisherIsThatOfFp32() {
    double wanted = faintPenalty(DType.FLOAT32);
    assertThat(wanted).isPositive();
    assertThat(faintPenalty(DType.FLOAT16)).isCloseTo(wanted, withinPercentage(3));
  }

  private static double faintPenalty(DType dtype) {
    Objective faint =
        new Objective() {
          @Override
          public LossSum lossAndGradients(
              BoundModel model,
              BatchTensors batch,
              double scale,
              Recompute recompute,
              BlockSeeds seeds) {
            return LOSS.lossAndGradients(model, batch, scale * 0x1p-20, recompute, seeds);
          }

          @Override
          public LossSum loss(BoundModel model, BatchTensors batch) {
            return LOSS.loss(model, batch);
          }
        };
    try (Trained trained = Trained.of(RandomModels.LLAMA, dtype);
        WeightAnchor anchor =
            WeightAnchor.measure(
                trained.model(), trained.weights(), faint, examples(), trained.base().scope());
        TensorScope work = TensorScope.open()) {
      float[] moved = trained.weights().flat().toFloats();
      for (int i = 0; i < moved.length; i++) {
        moved[i] += 1;
      }
      TensorOps.copy(trained.weights().flat(), work.floats(moved));
      return anchor.addPenalty(0x1p40);
    }
  }

  private static double[] gradient(Trained trained, EncodedExample example) {
    new Gradients(trained.weights()).clear();
    Batch batch = Batch.of(List.of(example));
    try (TensorScope work = trained.model().workScope()) {
      BatchTensors uploaded = trained.model().upload(batch, work);
      double scale = 1.0 / batch.labelCount();
      LOSS.lossAndGradients(trained.model(), uploaded, scale, Recompute.NONE, null);
    }
    double[] gradient = trained.weights().flatGradient().toDoubles();
    new Gradients(trained.weights()).clear();
    return gradient;
  }

  @Test
  void gradientOfTheWholeLossIsThatOfDifferences() {
    try (Trained trained = Trained.of(RandomModels.QWEN2, DType.FLOAT64);
        WeightAnchor fisher = trained.measure(examples());
        WeightAnchor start = WeightAnchor.here(trained.weights(), trained.base().scope())) {
      trained.move();
      Objective both = new AnchoredObjective(new AnchoredObjective(LOSS, fisher, 3), start, LAMBDA);
      Batch batch = Batch.of(examples());
      LossDifferences.check(
          trained.weights(),
          recompute -> {
            try (TensorScope work = trained.model().workScope()) {
              BatchTensors uploaded = trained.model().upload(batch, work);
              double scale = 1 / both.weight(batch);
              LossSum sum =
                  both.lossAndGradients(trained.model(), uploaded, scale, recompute, null);
              return sum.mean() + both.addPenalty();
            }
          });
    }
  }

  @Test
  void penaltyCountsOnceHoweverTheStepIsDivided() {
    List<EncodedExample> rows = examples().subList(0, 4);
    double[] whole = step(List.of(Batch.of(rows)));
    double[] divided = step(rows.stream().map(row -> Batch.of(List.of(row))).toList());
    assertThat(divided).containsExactly(whole, within(1e-12));
  }

  /** The loss of a step, then the weights after it. */
  private static double[] step(List<Batch> parts) {
    try (Trained trained = Trained.of(RandomModels.LLAMA, DType.FLOAT64);
        WeightAnchor start = WeightAnchor.here(trained.weights(), trained.base().scope());
        Sgd optimizer =
            new Sgd(trained.weights(), new Sgd.Settings(0, false, 0), trained.base().scope())) {
      trained.move();
      Objective objective = new AnchoredObjective(LOSS, start, LAMBDA);
      TrainStep step =
          new TrainStep(
              trained.model(), trained.weights(), objective, optimizer, Recompute.NONE, 0, 1);
      double loss = step.run(parts, 0, 0.1, Double.POSITIVE_INFINITY).loss();
      double[] weights = trained.weights().flat().toDoubles();
      double[] all = Arrays.copyOf(weights, weights.length + 1);
      all[weights.length] = loss;
      return all;
    }
  }

  /** With matrices that the file has transposed, and ones that lie in one matrix in memory. */
  @ParameterizedTest
  @ValueSource(strings = {RandomModels.LLAMA, RandomModels.GPT2})
  void whatIsWrittenIsReadBack(String config) {
    Path file = folder.resolve("fisher.safetensors");
    try (Trained trained = Trained.of(config, DType.FLOAT32);
        WeightAnchor written = trained.measure(examples())) {
      written.write(file);
      try (WeightAnchor read = WeightAnchor.read(file, trained.weights(), trained.base().scope())) {
        assertThat(read.fingerprint()).isEqualTo(written.fingerprint());
      }
      try (SafetensorsFile stored = SafetensorsFile.open(file)) {
        trained
            .base()
            .architecture()
            .slots()
            .forEach(
                slot ->
                    slot.parts()
                        .forEach(
                            part ->
                                assertThat(stored.tensors())
                                    .containsKeys(
                                        "weight/" + part.name(), "fisher/" + part.name())));
      }
    }
  }

  @Test
  void fileOfOtherTensorsIsRefusedByName() {
    Path file = folder.resolve("fisher.safetensors");
    try (Trained other = Trained.of(RandomModels.GPT_NEOX, DType.FLOAT32);
        WeightAnchor written = other.measure(examples())) {
      written.write(file);
    }
    refused(file, "114 differences", "missing: weight/model.embed_tokens.weight");
  }

  @Test
  void fileWithNumbersThatCannotBeIsRefused() throws IOException {
    Path file = folder.resolve("fisher.safetensors");
    String embedding = "fisher/model.embed_tokens.weight";
    write(file, embedding, -1);
    refused(file, "Fisher information of -1.0");
    write(file, embedding, Float.NaN);
    refused(file, embedding, "NaN");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
    refused(file, file.toString());
  }

  /** A file with one number of one tensor changed. */
  private static void write(Path file, String name, float number) {
    try (Trained trained = Trained.of(RandomModels.LLAMA, DType.FLOAT32);
        WeightAnchor written = trained.measure(examples());
        TensorScope scope = TensorScope.open()) {
      written.write(file);
      List<TensorToWrite> all = new ArrayList<>();
      try (SafetensorsFile stored = SafetensorsFile.open(file)) {
        stored
            .tensors()
            .forEach(
                (each, info) -> {
                  Tensor tensor = TensorOps.zeros(scope, DType.FLOAT32, info.shape());
                  StoredTensors.fill(tensor, stored, each);
                  if (each.equals(name)) {
                    float[] numbers = tensor.toFloats();
                    numbers[1] = number;
                    TensorOps.copy(tensor, scope.floats(numbers, info.shape()));
                  }
                  all.add(StoredTensors.toWrite(each, tensor, info.shape()));
                });
      }
      SafetensorsWriter.write(file, Map.of(), all);
    }
  }

  private static void refused(Path file, String... naming) {
    try (Trained trained = Trained.of(RandomModels.LLAMA, DType.FLOAT32)) {
      assertThatThrownBy(() -> WeightAnchor.read(file, trained.weights(), trained.base().scope()))
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContainingAll(naming);
    }
  }

  @Test
  void whatCannotBeMeasuredOrHeldIsRefused() {
    try (Trained trained = Trained.of(RandomModels.LLAMA, DType.FLOAT32);
        WeightAnchor start = WeightAnchor.here(trained.weights(), trained.base().scope())) {
      assertThatThrownBy(() -> trained.measure(examples().subList(4, 5)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("no example of the sample has a label");
      assertThatThrownBy(() -> start.write(folder.resolve("nothing.safetensors")))
          .isInstanceOf(IllegalStateException.class);
      for (double lambda : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
        assertThatThrownBy(() -> new AnchoredObjective(LOSS, start, lambda))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("lambda");
      }
    }
  }
}
