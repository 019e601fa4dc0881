package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.QuantisedModels;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.NumericFault.Action;
import org.tune4j.engine.train.NumericFault.Kind;
import org.tune4j.engine.train.RunResult.StopReason;

/** Numbers that are none, put into a run at any place. */
class NumericFaultTest {
  @TempDir Path folder;
  private final List<NumericFault> faults = new ArrayList<>();
  private final Map<Long, float[]> weightsAfter = new TreeMap<>();

  /** What is done to a step's loss and gradients. */
  @FunctionalInterface
  private interface Spoiler {
    LossSum spoil(long step, LossSum loss);
  }

  private record Spoiled(Objective plain, Spoiler spoiler) implements Objective {
    @Override
    public LossSum lossAndGradients(
        BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
      LossSum loss = plain.lossAndGradients(model, batch, scale, recompute, seeds);
      return spoiler.spoil(seeds.step() + 1, loss);
    }

    @Override
    public LossSum loss(BoundModel model, BatchTensors batch) {
      return plain.loss(model, batch);
    }
  }

  private SmallRun run(TrainConfig config, DType dtype) {
    SmallRun run = new SmallRun(folder, config, dtype);
    return run.listener(
        new RunListener() {
          @Override
          public void onStep(StepResult result) {
            weightsAfter.put(result.step(), run.weights.flat().toFloats());
          }

          @Override
          public void onFault(NumericFault fault) {
            faults.add(fault);
            weightsAfter.put(fault.step(), run.weights.flat().toFloats());
          }
        });
  }

  private RunResult train(TrainConfig config, SpoilerOf spoiler) {
    return train(config, DType.FLOAT32, spoiler);
  }

  private RunResult train(TrainConfig config, DType dtype, SpoilerOf spoiler) {
    try (SmallRun run = run(config, dtype)) {
      return run.objective(plain -> new Spoiled(plain, spoiler.of(run))).train();
    }
  }

  @FunctionalInterface
  private interface SpoilerOf {
    Spoiler of(SmallRun run);
  }

  private static LossSum notANumber(LossSum loss, double value) {
    return new LossSum(value, loss.weight());
  }

  private static void put(Tensor tensor, int place, float value) {
    float[] numbers = tensor.toFloats();
    numbers[place] = value;
    try (TensorScope scope = TensorScope.open()) {
      TensorOps.copy(tensor, scope.floats(numbers, tensor.shape()));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void aLossThatIsNoNumberIsPassedOver(double value) throws IOException {
    RunResult result =
        train(
            SmallRun.config().build(),
            run -> (step, loss) -> step == 7 ? notANumber(loss, value) : loss);
    assertThat(result.reason()).isEqualTo(StopReason.FINISHED);
    assertThat(result.steps()).isEqualTo(ResumeContract.STEPS);
    assertThat(result.skipped()).isEqualTo(1);
    assertThat(weightsAfter.get(7L)).isEqualTo(weightsAfter.get(6L));
    assertThat(weightsAfter.get(8L)).isNotEqualTo(weightsAfter.get(7L));
    NumericFault fault = faults.get(0);
    assertThat(faults).hasSize(1);
    assertThat(fault.step()).isEqualTo(7);
    assertThat(fault.kind()).isEqualTo(Kind.NOT_FINITE);
    assertThat(fault.action()).isEqualTo(Action.SKIPPED);
    assertThat(fault.verdict()).contains("all weights and gradients are finite, the loss is not");
    assertThat(fault.examples()).hasSizeGreaterThan(5).allMatch(id -> id >= 0 && id < 40);
    assertThat(Files.readAllLines(folder.resolve("metrics.jsonl")))
        .hasSize(ResumeContract.STEPS)
        .anyMatch(line -> line.contains("\"fault\":\"not_finite\",\"verdict\":\"all weights"));
  }

  @Test
  void oneEntryOfOneGradientIsFoundAndNamed() {
    train(
        SmallRun.config().build(),
        run ->
            (step, loss) -> {
              if (step == 7) {
                Trainable third = run.weights.all().get(2);
                put(run.weights.gradient(third.slot()), 5, Float.NaN);
              }
              return loss;
            });
    try (SmallRun other =
        new SmallRun(folder.resolve("other"), SmallRun.config().build(), DType.FLOAT32)) {
      String third = other.weights.all().get(2).slot().name();
      assertThat(faults)
          .extracting(NumericFault::verdict)
          .containsExactly("the gradient of " + third + " is not finite");
    }
    assertThat(weightsAfter.get(7L)).isEqualTo(weightsAfter.get(6L));
  }

  @Test
  void aWeightGoneBadIsNamedAndTheRunGoesBackToGoodWeights() {
    RunResult result =
        train(
            SmallRun.config().saveSteps(2).build(),
            run ->
                (step, loss) -> {
                  if (step == 5 && Float.isFinite(run.weights.flat().toFloats()[3])) {
                    put(run.weights.flat(), 3, Float.NaN);
                  }
                  return loss;
                });
    // Weights go bad while the gradients of step 5 are taken; that update is still made.
    assertThat(faults).extracting(NumericFault::step).containsExactly(6L, 7L, 8L);
    assertThat(faults)
        .extracting(NumericFault::action)
        .containsExactly(Action.SKIPPED, Action.SKIPPED, Action.REWOUND);
    assertThat(faults).allMatch(fault -> fault.verdict().startsWith("the trained weight "));
    assertThat(weightsAfter.get(8L)).isEqualTo(weightsAfter.get(4L));
    assertThat(result.rewinds()).isEqualTo(1);
    assertThat(result.skipped()).isEqualTo(3);
    assertThat(result.reason()).isEqualTo(StopReason.FINISHED);
    assertThat(weightsAfter.get(12L)).doesNotContain(Float.NaN);
  }

  @Test
  void aRunThatWentBackAndIsStoppedAroundThereEndsByteEqual() throws IOException {
    Path whole = folder.resolve("whole");
    trainWithFaults(whole, 0);
    for (int stopAfter = 4; stopAfter < 10; stopAfter++) {
      Path run = folder.resolve("stopped-" + stopAfter);
      trainWithFaults(run, stopAfter);
      trainWithFaults(run, 0);
      for (String file : List.of("training_state.safetensors", "trainer_state.json")) {
        assertThat(run.resolve("checkpoint-12").resolve(file))
            .as("stopped after step " + stopAfter)
            .hasSameBinaryContentAs(whole.resolve("checkpoint-12").resolve(file));
      }
    }
  }

  private static void trainWithFaults(Path path, int stopAfter) {
    try (SmallRun run = new SmallRun(path, SmallRun.config().build(), DType.FLOAT32)) {
      run.listener(new StopAfter(stopAfter, run::cancel))
          .objective(
              plain ->
                  new Spoiled(
                      plain,
                      (step, loss) -> step > 5 && step < 9 ? notANumber(loss, Double.NaN) : loss))
          .train();
    }
  }

  @Test
  void aGradientWhoseSquareIsInfiniteIsPassedOver() {
    RunResult result =
        train(
            SmallRun.config().maxGradNorm(0).build(),
            run ->
                (step, loss) -> {
                  if (step == 7) {
                    put(run.weights.gradient(run.weights.all().get(0).slot()), 0, 3e19f);
                  }
                  return loss;
                });
    assertThat(result.skipped()).isEqualTo(1);
    assertThat(faults).hasSize(1);
    assertThat(faults.get(0).verdict()).endsWith("finite, the gradient's square is not");
    assertThat(weightsAfter.get(7L)).isEqualTo(weightsAfter.get(6L));
  }

  @Test
  void aRunThatIsStoppedInARowOfFaultsKeepsItsGoodCheckpointsOnly() {
    trainWithFaults(folder, 7);
    assertThat(folder.resolve("checkpoint-5")).exists();
    assertThat(folder.resolve("checkpoint-6")).doesNotExist();
    assertThat(folder.resolve("checkpoint-7")).doesNotExist();
  }

  @Test
  void checkpointsThatARunWentBackBehindAreDeleted() throws IOException {
    trainWithFaults(folder, 8);
    // The fifth made the faults, as far as one can tell: the run went back to the fourth.
    assertThat(folder.resolve("checkpoint-4")).exists();
    assertThat(folder.resolve("checkpoint-5")).doesNotExist();
    assertThat(folder.resolve("checkpoint-8")).exists();
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT16"})
  void withoutAnythingToGoBackToTheRunEndsAndSaysWhy(DType dtype) throws IOException {
    assertThatThrownBy(
            () ->
                train(
                    SmallRun.config().saveSteps(0).build(),
                    dtype,
                    run -> (step, loss) -> step > 3 ? notANumber(loss, Double.NaN) : loss))
        .isInstanceOf(NumericalException.class)
        .hasMessageContaining("Step 6")
        .hasMessageContaining("the loss is not")
        .hasMessageContaining("the update was not made");
    assertThat(faults).hasSize(3).last().extracting(NumericFault::action).isEqualTo(Action.GAVE_UP);
    assertThat(weightsAfter.get(6L)).isEqualTo(weightsAfter.get(3L));
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "FLOAT16"})
  void afterThreeTimesTheRunEnds(DType dtype) throws IOException {
    assertThatThrownBy(
            () ->
                train(
                    SmallRun.config().maxSteps(40).build(),
                    dtype,
                    run -> (step, loss) -> step > 8 ? notANumber(loss, Double.NaN) : loss))
        .isInstanceOf(NumericalException.class)
        .hasMessageContaining("Step 20")
        .hasMessageContaining("went back 3 times before");
    assertThat(faults)
        .filteredOn(fault -> fault.action() == Action.REWOUND)
        .extracting(NumericFault::step)
        .containsExactly(11L, 14L, 17L);
    // Each time one update further back, since the last one is what cannot be gone on from.
    assertThat(weightsAfter.get(11L)).isEqualTo(weightsAfter.get(7L));
    assertThat(weightsAfter.get(14L)).isEqualTo(weightsAfter.get(6L));
    assertThat(weightsAfter.get(17L)).isEqualTo(weightsAfter.get(5L));
  }

  @Test
  void aRunThatLearnedNothingIsNoSuccess() {
    assertThatThrownBy(
            () ->
                train(
                    SmallRun.config().maxSteps(2).build(),
                    run -> (step, loss) -> notANumber(loss, Double.NaN)))
        .isInstanceOf(NumericalException.class)
        .hasMessageContaining("nothing was learned");
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
  void anOverflowIsFoundBeforeTheUpdate(DType dtype) {
    float[] before;
    try (SmallRun run = new SmallRun(folder, SmallRun.config().build(), dtype)) {
      // Finite by itself, and beyond every number when it is multiplied with.
      put(run.weights.master(run.weights.all().get(1).slot()), 0, 3e38f);
      put(run.weights.master(run.weights.all().get(1).slot()), 1, 3e38f);
      run.weights.refresh();
      before = run.weights.flat().toFloats();
      assertThatThrownBy(run::train)
          .isInstanceOf(NumericalException.class)
          .hasMessageContaining("Step 3")
          .hasMessageContaining("not finite");
      assertThat(run.weights.flat().toFloats()).isEqualTo(before);
      // Fp16 ends at 65504: what kernels read is infinite already.
      assertThat(
              FirstNotFinite.of(run.model, run.weights, Double.NaN)
                  .startsWith("as it is computed with, the trained weight "))
          .isEqualTo(dtype == DType.FLOAT16);
    }
  }

  /** The matrices of such a base cannot be looked at; what is trained can. */
  @Test
  void onAQuantisedBaseTheCauseIsLookedForToo() throws IOException {
    try (CausalLm base =
            QuantisedModels.load(folder, RandomModels.QWEN2_64, DType.FLOAT32, WeightFormat.INT8);
        TrainableTensors trained =
            new TrainableTensors(
                TrainableWeights.of(
                    base.architecture(), base.architecture().finalNorm().orElseThrow().slots()),
                base,
                base.scope());
        BoundModel model = new BoundModel(base, null, trained)) {
      put(trained.gradient(trained.all().get(0).slot()), 3, Float.NaN);
      assertThat(FirstNotFinite.of(model, trained, 1))
          .isEqualTo("the gradient of model.norm.weight is not finite");
    }
  }

  @Test
  void aSpikeIsToldAndOnlyPassedOverWhenAsked() {
    Set<Long> spikes = Set.of(110L, 115L);
    SpoilerOf spoiler =
        run -> (step, loss) -> spikes.contains(step) ? notANumber(loss, 10 * loss.sum()) : loss;
    TrainConfig.Builder config = SmallRun.config().learningRate(1e-5).maxSteps(120).saveSteps(0);
    RunResult told = train(config.build(), spoiler);
    assertThat(told.skipped()).isZero();
    assertThat(faults).extracting(NumericFault::step).containsExactly(110L, 115L);
    assertThat(faults).allMatch(fault -> fault.kind() == Kind.LOSS_SPIKE);
    assertThat(faults).allMatch(fault -> fault.action() == Action.TOLD);
    assertThat(weightsAfter.get(110L)).isNotEqualTo(weightsAfter.get(109L));
    faults.clear();
    RunResult skipped = train(config.lossSpike(TrainConfig.LossSpike.SKIP).build(), spoiler);
    assertThat(skipped.skipped()).isEqualTo(2);
    assertThat(faults).allMatch(fault -> fault.action() == Action.SKIPPED);
    assertThat(weightsAfter.get(110L)).isEqualTo(weightsAfter.get(109L));
  }
}
