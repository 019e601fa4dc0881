package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.adapt.TrainedStorage.Gradients;
import org.tune4j.engine.adapt.TrainedStorage.Masters;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.Adafactor;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.AdamW8bit;
import org.tune4j.engine.optim.Ema;
import org.tune4j.engine.optim.Lion;
import org.tune4j.engine.optim.Muon;
import org.tune4j.engine.optim.OptimizerConfig;
import org.tune4j.engine.optim.Sgd;
import org.tune4j.engine.tensor.DType;

/** The rungs of the memory ladder: which change no bit, and that each goes on as it began. */
final class MemoryLadderTest {
  private static final AdamW8bit.Settings EIGHT_BITS =
      new AdamW8bit.Settings(new AdamW.Settings(0.9, 0.99, 1e-8, 0.1), 64);

  @TempDir Path folder;

  private static TrainConfig.Builder config(Masters masters, Gradients gradients) {
    return memory(new MemorySettings(new TrainedStorage(masters, gradients), false, false, false));
  }

  private static TrainConfig.Builder memory(MemorySettings memory) {
    return TrainConfig.builder()
        .learningRate(1e-2)
        .perDeviceTrainBatchSize(4)
        .maxGradNorm(0)
        .maxSteps(8)
        .saveSteps(4)
        .seed(11)
        .memory(memory);
  }

  static List<OptimizerConfig> optimizers() {
    return List.of(
        new AdamW.Settings(0.9, 0.99, 1e-8, 0.1),
        new Sgd.Settings(0.9, true, 0.01),
        new Lion.Settings(0.9, 0.99, 0.1),
        new Adafactor.Settings(
            Adafactor.Form.TRANSFORMERS, 1e-30, 1e-3, 1, -0.8, 0.9, 0.01, true, false, false),
        EIGHT_BITS,
        Muon.Settings.DEFAULT);
  }

  /** With those that want whole masters. */
  static List<OptimizerConfig> all() {
    List<OptimizerConfig> all = new ArrayList<>(optimizers());
    all.add(new Ema.Settings(new AdamW.Settings(0.9, 0.99, 1e-8, 0.1), 0.8, true));
    return all;
  }

  /** The masters that a run ends with. */
  private Map<String, float[]> train(String name, TrainConfig config, DType dtype) {
    try (SmallRun run = new SmallRun(folder.resolve(name), config, dtype)) {
      run.train();
      Map<String, float[]> all = new LinkedHashMap<>();
      for (Trainable each : run.weights.all()) {
        all.put(each.slot().name(), run.weights.values(each.slot()));
      }
      return all;
    }
  }

  private static void assertSame(Map<String, float[]> found, Map<String, float[]> wanted) {
    assertThat(found.keySet()).isEqualTo(wanted.keySet());
    found.forEach(
        (name, numbers) ->
            assertThat(Arrays.mismatch(numbers, wanted.get(name))).as(name).isEqualTo(-1));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void splitMastersAreWholeMasters(OptimizerConfig optimizer) {
    // One update: in more of them a master lies half-way between two bf16 numbers now and then.
    assertSame(
        train(
            "split",
            config(Masters.SPLIT, Gradients.FP32).maxSteps(1).optimizer(optimizer).build(),
            DType.BFLOAT16),
        train(
            "whole",
            config(Masters.FP32, Gradients.FP32).maxSteps(1).optimizer(optimizer).build(),
            DType.BFLOAT16));
  }

  @ParameterizedTest
  @MethodSource("all")
  void releasedGradientsChangeNoBit(OptimizerConfig optimizer) {
    assertSame(
        train(
            "released",
            config(Masters.FP32, Gradients.RELEASED).optimizer(optimizer).build(),
            DType.FLOAT32),
        train(
            "all",
            config(Masters.FP32, Gradients.FP32).optimizer(optimizer).build(),
            DType.FLOAT32));
  }

  static List<Recompute> recomputes() {
    return List.of(Recompute.values());
  }

  @ParameterizedTest
  @MethodSource("recomputes")
  void whatIsSpilledComesBackAsItWas(Recompute recompute) {
    MemorySettings spilled = new MemorySettings(TrainedStorage.PLAIN, false, true, true);
    for (OptimizerConfig optimizer : all()) {
      assertSame(
          train(
              "spilled" + optimizer.key(),
              memory(spilled).optimizer(optimizer).recompute(recompute).build(),
              DType.BFLOAT16),
          train(
              "kept" + optimizer.key(),
              memory(MemorySettings.PLAIN).optimizer(optimizer).recompute(recompute).build(),
              DType.BFLOAT16));
    }
  }

  @Test
  void spilledFilesLeaveNothingBehind() throws IOException {
    train(
        "run",
        memory(new MemorySettings(TrainedStorage.PLAIN, false, true, true)).build(),
        DType.FLOAT32);
    try (var left = Files.list(folder.resolve("run").resolve("spill"))) {
      assertThat(left).isEmpty();
    }
  }

  static List<MemorySettings> ladder() {
    return List.of(
        new MemorySettings(
            new TrainedStorage(Masters.SPLIT, Gradients.COMPUTE), false, false, false),
        new MemorySettings(
            new TrainedStorage(Masters.SPLIT24, Gradients.RELEASED), false, true, false),
        new MemorySettings(
            new TrainedStorage(Masters.NONE, Gradients.RELEASED), false, false, true),
        new MemorySettings(
            new TrainedStorage(Masters.NONE, Gradients.COMPUTE), false, false, false));
  }

  @ParameterizedTest
  @MethodSource("ladder")
  void everyRungPassesTheContract(MemorySettings memory) throws IOException {
    TrainConfig config =
        memory(memory)
            .optimizer(EIGHT_BITS)
            .maxSteps(ResumeContract.STEPS)
            .saveSteps(1)
            .recompute(Recompute.BLOCKS)
            .build();
    ResumeContract.check(
        folder,
        (run, stopAfter) -> {
          try (SmallRun small = new SmallRun(run, config, DType.BFLOAT16)) {
            small.listener(new StopAfter(stopAfter, small::cancel)).train();
          }
        });
  }

  @Test
  void whatExcludesEachOtherIsRefused() {
    assertThatThrownBy(() -> config(Masters.FP32, Gradients.RELEASED).maxGradNorm(1).build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("gradients = released and max_grad_norm > 0 exclude each other");
    assertThatThrownBy(
            () -> config(Masters.FP32, Gradients.COMPUTE).gradientAccumulationSteps(2).build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("gradients = compute and gradient_accumulation_steps > 1");
    assertThatThrownBy(() -> config(Masters.SPLIT, Gradients.FP32).optimizer(all().get(6)).build())
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("master_weights other than fp32 and ema_decay exclude each other");
  }
}
