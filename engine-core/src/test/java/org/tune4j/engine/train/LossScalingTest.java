package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

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
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.AnchoredObjective;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.objective.WeightAnchor;
import org.tune4j.engine.optim.LossScaler;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.NumericFault.Action;

/** Runs in fp16: what scaling the loss does for gradients, and what becomes of overflows. */
class LossScalingTest {
  /** Grows after three finite steps; low enough that a small model's gradients stay finite. */
  private static final LossScaler.Settings SMALL = new LossScaler.Settings(64, 2, 0.5f, 3);

  @TempDir Path folder;
  private final List<LossScaleChange> changes = new ArrayList<>();
  private final List<NumericFault> faults = new ArrayList<>();
  private final List<StepResult> steps = new ArrayList<>();
  private final Map<Long, float[]> weightsAfter = new TreeMap<>();

  /**
   * Puts a number that is none into a gradient after some steps' backward passes.
   *
   * @param at the steps; empty for all
   */
  private record Overflowing(Objective plain, SmallRun run, Set<Long> at) implements Objective {
    @Override
    public LossSum lossAndGradients(
        BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
      LossSum loss = plain.lossAndGradients(model, batch, scale, recompute, seeds);
      if (at.isEmpty() || at.contains(seeds.step() + 1)) {
        put(run.weights.gradient(run.weights.all().get(2).slot()), Float.POSITIVE_INFINITY);
      }
      return loss;
    }

    @Override
    public LossSum loss(BoundModel model, BatchTensors batch) {
      return plain.loss(model, batch);
    }
  }

  private static void put(Tensor tensor, float value) {
    float[] numbers = tensor.toFloats();
    numbers[5] = value;
    try (TensorScope scope = TensorScope.open()) {
      TensorOps.copy(tensor, scope.floats(numbers, tensor.shape()));
    }
  }

  /** A loss so small that its gradients vanish in fp16. */
  private record Faint(Objective plain, double factor) implements Objective {
    @Override
    public LossSum lossAndGradients(
        BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
      return plain.lossAndGradients(model, batch, scale * factor, recompute, seeds);
    }

    @Override
    public LossSum loss(BoundModel model, BatchTensors batch) {
      return plain.loss(model, batch);
    }
  }

  private SmallRun run(Path path, TrainConfig config, DType dtype) {
    SmallRun run = new SmallRun(path, config, dtype);
    return run.listener(
        new RunListener() {
          @Override
          public void onStep(StepResult result) {
            steps.add(result);
            weightsAfter.put(result.step(), run.weights.flat().toFloats());
          }

          @Override
          public void onFault(NumericFault fault) {
            faults.add(fault);
          }

          @Override
          public void onLossScale(LossScaleChange change) {
            changes.add(change);
            weightsAfter.putIfAbsent(change.step(), run.weights.flat().toFloats());
          }
        });
  }

  private RunResult overflowing(Path path, TrainConfig config, Set<Long> at, int stopAfter) {
    try (SmallRun run = run(path, config, DType.FLOAT16)) {
      return run.objective(plain -> new Overflowing(plain, run, at))
          .listener(new StopAfter(stopAfter, run::cancel))
          .train();
    }
  }

  private static TrainConfig.Builder config(LossScaler.Settings scaler) {
    return SmallRun.config().lossScaler(scaler);
  }

  @Test
  void fp16LearnsWhatFp32Learns() {
    double wanted;
    try (SmallRun run = run(folder.resolve("fp32"), SmallRun.config().build(), DType.FLOAT32)) {
      wanted = run.train().loss();
    }
    double first = steps.get(0).loss();
    try (SmallRun run = run(folder.resolve("fp16"), SmallRun.config().build(), DType.FLOAT16)) {
      RunResult result = run.train();
      assertThat(result.loss()).isLessThan(first - 0.3).isCloseTo(wanted, withinPercentage(2));
      assertThat(result.skipped()).isZero();
    }
  }

  @Test
  void anOverflowIsPassedOverCountedAndTold() throws IOException {
    RunResult result = overflowing(folder, config(SMALL).build(), Set.of(5L, 6L), 0);
    assertThat(changes)
        .containsExactly(
            new LossScaleChange(3, 128, false, 0),
            new LossScaleChange(5, 64, true, 1),
            new LossScaleChange(6, 32, true, 2),
            new LossScaleChange(9, 64, false, 2),
            new LossScaleChange(12, 128, false, 2));
    assertThat(faults).isEmpty();
    assertThat(steps).extracting(StepResult::step).doesNotContain(5L, 6L).hasSize(10);
    assertThat(weightsAfter.get(5L)).isEqualTo(weightsAfter.get(4L));
    assertThat(weightsAfter.get(6L)).isEqualTo(weightsAfter.get(4L));
    assertThat(weightsAfter.get(7L)).isNotEqualTo(weightsAfter.get(6L));
    assertThat(result.overflows()).isEqualTo(2);
    assertThat(result.skipped()).isZero();
    assertThat(Files.readAllLines(folder.resolve("metrics.jsonl")))
        .contains(
            "{\"step\":5,\"loss_scale\":64.0,\"overflows\":1}",
            "{\"step\":9,\"loss_scale\":64.0,\"overflows\":2}");
  }

  /** Stopped after every step: within intervals, after a growth, right after an overflow. */
  @Test
  void aRunWithOverflowsPassesTheContract() throws IOException {
    ResumeContract.check(
        folder,
        (path, stopAfter) ->
            overflowing(path, config(SMALL).build(), Set.of(5L, 6L, 10L), stopAfter));
  }

  /** A true overflow: the scaled gradients of a real backward pass. */
  @Test
  void theScaleFallsUntilGradientsFit() {
    LossScaler.Settings high = new LossScaler.Settings(0x1p30f, 2, 0.25f, 2000);
    RunResult result;
    try (SmallRun run = run(folder, config(high).maxSteps(30).build(), DType.FLOAT16)) {
      result = run.train();
    }
    assertThat(result.overflows()).isBetween(3L, 14L);
    assertThat(changes).allMatch(LossScaleChange::overflowed);
    assertThat(changes.get(0)).isEqualTo(new LossScaleChange(1, 0x1p28f, true, 1));
    assertThat(faults).isEmpty();
    assertThat(steps).hasSize(30 - (int) result.overflows());
    assertThat(result.loss()).isLessThan(steps.get(0).loss());
  }

  @Test
  void gradientsThatVanishInFp16ComeBackScaled() {
    double wanted = firstNorm("fp32", DType.FLOAT32, null);
    double scaled =
        firstNorm("scaled", DType.FLOAT16, new LossScaler.Settings(0x1p20f, 2, .5f, 99));
    double plain = firstNorm("plain", DType.FLOAT16, new LossScaler.Settings(1, 2, .5f, 99));
    assertThat(scaled).isCloseTo(wanted, withinPercentage(2));
    assertThat(plain).isLessThan(wanted / 2);
  }

  private double firstNorm(String name, DType dtype, LossScaler.Settings scaler) {
    steps.clear();
    TrainConfig config = config(scaler).learningRate(0).maxSteps(1).build();
    try (SmallRun run = run(folder.resolve(name), config, dtype)) {
      run.objective(plain -> new Faint(plain, 0x1p-20)).train();
    }
    return steps.get(0).gradNorm();
  }

  /** The norm that is clipped is that of the true gradient, and the penalty's part is in it. */
  @Test
  void thePenaltyIsNotDividedByTheScale() {
    double wanted = secondNormWithAnchor("fp32", DType.FLOAT32, null);
    double found = secondNormWithAnchor("fp16", DType.FLOAT16, SMALL);
    assertThat(wanted).isGreaterThan(10);
    assertThat(found).isCloseTo(wanted, withinPercentage(2));
  }

  private double secondNormWithAnchor(String name, DType dtype, LossScaler.Settings scaler) {
    steps.clear();
    try (SmallRun run = run(folder.resolve(name), config(scaler).maxSteps(2).build(), dtype);
        TensorScope scope = TensorScope.open();
        WeightAnchor start = WeightAnchor.here(run.weights, scope)) {
      run.objective(plain -> new AnchoredObjective(plain, start, 100)).train();
    }
    return steps.get(1).gradNorm();
  }

  /** Four times the scale backs off to 1; then it is a fault, found and named like any other. */
  @Test
  void aGradientThatIsNeverFiniteEndsTheRun() {
    LossScaler.Settings sixteen = new LossScaler.Settings(16, 2, 0.5f, 2000);
    assertThatThrownBy(
            () ->
                overflowing(
                    folder, config(sixteen).saveSteps(0).maxSteps(100).build(), Set.of(), 0))
        .isInstanceOf(NumericalException.class)
        .hasMessageContaining("Step 7")
        .hasMessageContaining("the gradient of ")
        .hasMessageContaining("is not finite");
    assertThat(changes).hasSize(4).last().isEqualTo(new LossScaleChange(4, 1, true, 4));
    assertThat(faults)
        .extracting(NumericFault::action)
        .containsExactly(Action.SKIPPED, Action.SKIPPED, Action.GAVE_UP);
  }

  @Test
  void aRunOfOverflowsAloneIsNoSuccess() {
    assertThatThrownBy(() -> overflowing(folder, config(SMALL).maxSteps(3).build(), Set.of(), 0))
        .isInstanceOf(NumericalException.class)
        .hasMessageContaining("nothing was learned; gradients of 3 overflowed in fp16")
        .hasMessageContaining("compute in bf16 or fp32");
  }

  @Test
  void scalingIsForFp16Alone() {
    for (DType dtype : List.of(DType.FLOAT32, DType.BFLOAT16)) {
      try (SmallRun run =
          new SmallRun(folder.resolve(dtype.name()), config(SMALL).build(), dtype)) {
        assertThatThrownBy(run::train)
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("growth_interval")
            .hasMessageContaining("computes in " + dtype);
      }
    }
  }

  @Test
  void anotherScalerDoesNotGoOn() {
    overflowing(folder, config(SMALL).build(), Set.of(5L), 3);
    TrainConfig other = config(new LossScaler.Settings(64, 2, 0.5f, 4)).build();
    assertThatThrownBy(() -> overflowing(folder, other, Set.of(5L), 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("train.loss_scaler.growth_interval was 3 and is now 4");
  }
}
