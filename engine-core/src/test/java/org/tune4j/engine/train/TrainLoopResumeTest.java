package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.AnchoredObjective;
import org.tune4j.engine.objective.WeightAnchor;
import org.tune4j.engine.optim.Adafactor;
import org.tune4j.engine.optim.Adam;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.AdamW8bit;
import org.tune4j.engine.optim.Ema;
import org.tune4j.engine.optim.Lion;
import org.tune4j.engine.optim.Muon;
import org.tune4j.engine.optim.OptimizerConfig;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.optim.ScheduleFreeAdamW;
import org.tune4j.engine.optim.Sgd;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

class TrainLoopResumeTest {
  @TempDir Path folder;

  private static void train(Path run, TrainConfig config, DType dtype, int stopAfter) {
    try (SmallRun small = new SmallRun(run, config, dtype)) {
      small.listener(new StopAfter(stopAfter, small::cancel)).train();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"FLOAT32", "BFLOAT16", "FLOAT16"})
  void fullTrainingPassesTheContract(DType dtype) throws IOException {
    TrainConfig config = SmallRun.config().recompute(Recompute.BLOCKS).build();
    ResumeContract.check(folder, (run, stopAfter) -> train(run, config, dtype, stopAfter));
  }

  static List<OptimizerConfig> optimizers() {
    return List.of(
        new Adam.Settings(0.9, 0.99, 1e-8, 0.1),
        new Sgd.Settings(0.9, true, 0.01),
        new Sgd.Settings(0, false, 0),
        new Lion.Settings(0.9, 0.99, 0.1),
        new Adafactor.Settings(
            Adafactor.Form.TRANSFORMERS, 1e-30, 1e-3, 1, -0.8, 0.9, 0.01, true, false, false),
        Adafactor.Settings.torch(0.01),
        // Tensors of either kind: those of a small model are small.
        new AdamW8bit.Settings(new AdamW.Settings(0.9, 0.99, 1e-8, 0.1), 64),
        Muon.Settings.DEFAULT,
        new ScheduleFreeAdamW.Settings(0.9, 0.99, 1e-8, 0.1, 1, 2),
        new Ema.Settings(new AdamW.Settings(0.9, 0.99, 1e-8, 0.1), 0.8, true),
        new Ema.Settings(
            new AdamW8bit.Settings(new AdamW.Settings(0.9, 0.99, 1e-8, 0.1), 64), 0.8, false));
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void everyOptimizerPassesTheContract(OptimizerConfig optimizer) throws IOException {
    TrainConfig config =
        SmallRun.config()
            .optimizer(optimizer)
            .lrSchedulerType(Schedule.Type.CONSTANT_WITH_WARMUP)
            .build();
    ResumeContract.check(folder, (run, stopAfter) -> train(run, config, DType.FLOAT32, stopAfter));
  }

  /** Where a run that goes on is held is where it once started. */
  @Test
  void weightsHeldNearTheirStartPassTheContract() throws IOException {
    TrainConfig config = SmallRun.config().build();
    ResumeContract.check(
        folder,
        (run, stopAfter) -> {
          try (SmallRun small = new SmallRun(run, config, DType.FLOAT32);
              TensorScope scope = TensorScope.open();
              WeightAnchor start = WeightAnchor.here(small.weights, scope)) {
            small
                .objective(plain -> new AnchoredObjective(plain, start, 0.5))
                .listener(new StopAfter(stopAfter, small::cancel))
                .train();
          }
        });
  }

  static List<OptimizerConfig> averaging() {
    return List.of(
        ScheduleFreeAdamW.Settings.DEFAULT,
        new Ema.Settings(new AdamW.Settings(0.9, 0.999, 1e-8, 0), 0.7, false));
  }

  /** Evaluations and exports have other weights than those that learn, which stay as they are. */
  @ParameterizedTest
  @MethodSource("averaging")
  void averagedWeightsPassTheContract(OptimizerConfig optimizer) throws IOException {
    TrainConfig config =
        SmallRun.config()
            .optimizer(optimizer)
            .lrSchedulerType(Schedule.Type.CONSTANT)
            .evalSteps(2)
            .metricForBestModel("eval_loss", false)
            .loadBestModelAtEnd(true)
            .build();
    List<Float> evaluated = new ArrayList<>();
    List<Float> ended = new ArrayList<>();
    ResumeContract.check(
        folder,
        (run, stopAfter) -> {
          try (SmallRun small = new SmallRun(run, config, DType.FLOAT32)) {
            small
                // Its best value is that of step 6.
                .evaluation(
                    model -> {
                      if (small.optimizer.steps() == 6) {
                        evaluated.add(small.weights.flat().toFloats()[0]);
                      }
                      return Map.of("eval_loss", Math.abs(small.optimizer.steps() - 6.0));
                    })
                .listener(new StopAfter(stopAfter, small::cancel))
                .train();
            if (stopAfter == 0) {
              ended.add(small.weights.flat().toFloats()[0]);
            }
          }
        });
    assertThat(evaluated).isNotEmpty();
    assertThat(ended).isNotEmpty();
    assertThat(evaluated).containsOnly(ended.get(0));
    assertThat(ended).containsOnly(ended.get(0));
  }

  /** The rate, which metrics tell, falls after each evaluation but the first. */
  @Test
  void aRateThatGoesByEvaluationsPassesTheContract() throws IOException {
    TrainConfig config =
        SmallRun.config()
            .lrSchedulerType(Schedule.Type.REDUCE_LR_ON_PLATEAU)
            .lrSchedulerKwargs(Map.of("patience", 0, "factor", 0.5))
            .evalSteps(3)
            .metricForBestModel("eval_loss", false)
            .build();
    List<Double> rates = new ArrayList<>();
    ResumeContract.check(
        folder,
        (run, stopAfter) -> {
          try (SmallRun small = new SmallRun(run, config, DType.FLOAT32)) {
            small
                .evaluation(model -> Map.of("eval_loss", 1.0))
                .listener(new StopAfter(stopAfter, small::cancel))
                .listener(
                    new RunListener() {
                      @Override
                      public void onStep(StepResult result) {
                        if (result.step() == ResumeContract.STEPS) {
                          rates.add(result.learningRate());
                        }
                      }
                    })
                .train();
          }
        });
    assertThat(rates).hasSize(ResumeContract.STEPS + 1).containsOnly(1e-2 / 4);
  }

  @Test
  void anotherOptimizerDoesNotGoOn() throws IOException {
    Path run = folder.resolve("run");
    train(run, SmallRun.config().optimizer(AdamW.Settings.DEFAULT).build(), DType.FLOAT32, 3);
    TrainConfig other =
        SmallRun.config().optimizer(new Adam.Settings(0.9, 0.999, 1e-8, 0.01)).build();
    assertThatThrownBy(() -> train(run, other, DType.FLOAT32, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("train.optim was adamw and is now adam");
  }

  @Test
  void evaluationsAndTheirBestPassTheContract() throws IOException {
    TrainConfig config =
        SmallRun.config()
            .evalSteps(2)
            .metricForBestModel("eval_loss", false)
            .loadBestModelAtEnd(true)
            .build();
    ResumeContract.check(
        folder,
        (run, stopAfter) -> {
          try (SmallRun small = new SmallRun(run, config, DType.FLOAT32)) {
            small
                // Its best value is that of step 6.
                .evaluation(model -> Map.of("eval_loss", Math.abs(small.optimizer.steps() - 6.0)))
                .listener(new StopAfter(stopAfter, small::cancel))
                .train();
          }
        });
  }

  /** The JDK closes the file that an interrupted thread writes to. */
  @Test
  void anInterruptEndsTheRunWithAnErrorAndLosesNoCheckpoint() throws IOException {
    train(folder.resolve("whole"), SmallRun.config().build(), DType.FLOAT32, 0);
    Path run = folder.resolve("run");
    RunListener interrupting =
        new RunListener() {
          @Override
          public void onStep(StepResult result) {
            if (result.step() == 5) {
              Thread.currentThread().interrupt();
            }
          }
        };
    try (SmallRun small = new SmallRun(run, SmallRun.config().build(), DType.FLOAT32)) {
      small.listener(interrupting);
      assertThatThrownBy(small::train)
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("ClosedByInterruptException");
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(run.resolve("checkpoint-4")).exists();
    train(run, SmallRun.config().build(), DType.FLOAT32, 0);
    for (String file : List.of("training_state.safetensors", "trainer_state.json")) {
      assertThat(run.resolve("checkpoint-12").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("whole").resolve("checkpoint-12").resolve(file));
    }
  }

  @Test
  void listenersGoOnWithWhatTheyKnew() {
    List<String> restored = new ArrayList<>();
    for (int stopAfter : new int[] {3, 0}) {
      try (SmallRun small = new SmallRun(folder, SmallRun.config().build(), DType.FLOAT32)) {
        small
            .listener(new StopAfter(stopAfter, small::cancel))
            .listener(new Counter(restored))
            .train();
      }
    }
    assertThat(restored).containsExactly("3");
  }

  /** Counts the steps of a whole run. */
  private static final class Counter implements RunListener {
    private final List<String> restored;
    private int steps;

    Counter(List<String> restored) {
      this.restored = restored;
    }

    @Override
    public void onStep(StepResult result) {
      steps++;
    }

    @Override
    public String state() {
      return String.valueOf(steps);
    }

    @Override
    public void restore(String state) {
      restored.add(state);
      steps = Integer.parseInt(state);
    }
  }

  @Test
  void anotherConfigurationPrecisionOrBaseIsRefusedByName() {
    train(folder, SmallRun.config().build(), DType.FLOAT32, 2);
    assertRefused(
        SmallRun.config().seed(12).build(), DType.FLOAT32, "train.seed was 11 and is now 12");
    assertRefused(
        SmallRun.config().learningRate(1e-3).build(),
        DType.FLOAT32,
        "train.learning_rate was 0.01");
    assertRefused(SmallRun.config().build(), DType.BFLOAT16, "base.weights was ");
    train(folder, SmallRun.config().saveSteps(5).build(), DType.FLOAT32, 0);
  }

  /** The checkpoint of the best step may be deleted by then. */
  @Test
  void theBestModelIsNotAskedForLater() {
    TrainConfig.Builder config =
        SmallRun.config().evalSteps(2).metricForBestModel("eval_loss", false);
    evaluated(config.build(), 2);
    TrainConfig later = config.loadBestModelAtEnd(true).build();
    assertThatThrownBy(() -> evaluated(later, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("train.load_best_model_at_end was false and is now true");
  }

  private void evaluated(TrainConfig config, int stopAfter) {
    try (SmallRun small = new SmallRun(folder, config, DType.FLOAT32)) {
      small
          .evaluation(model -> Map.of("eval_loss", 1.0))
          .listener(new StopAfter(stopAfter, small::cancel))
          .train();
    }
  }

  private void assertRefused(TrainConfig config, DType dtype, String field) {
    assertThatThrownBy(() -> train(folder, config, dtype, 0))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("checkpoint-2: ")
        .hasMessageContaining(field);
  }

  @Test
  void aCheckpointOfAFormatToComeIsRefused() throws IOException {
    train(folder, SmallRun.config().build(), DType.FLOAT32, 2);
    Path state = folder.resolve("checkpoint-2").resolve("trainer_state.json");
    String later = Files.readString(state).replace("\"format\" : 1", "\"format\" : 99");
    Files.writeString(state, later);
    // Its manifest says what it holds now.
    Path manifest = folder.resolve("checkpoint-2").resolve("manifest.json");
    Files.writeString(
        manifest,
        Files.readString(manifest)
            .replaceAll(
                "(?s)(\"trainer_state.json\",\\s*\"length\" : )\\d+(,\\s*\"sha256\" : \")[0-9a-f]*",
                "$1" + later.length() + "$2" + org.tune4j.engine.Sha256.hex(later.getBytes())));
    assertThatThrownBy(() -> train(folder, SmallRun.config().build(), DType.FLOAT32, 0))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("format: wanted 1, found 99");
  }
}
