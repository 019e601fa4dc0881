package org.tune4j.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ObjLongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.adapt.TrainedStorage.Gradients;
import org.tune4j.engine.adapt.TrainedStorage.Masters;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.model.BatchTensors;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.objective.LossSum;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** Runs that are refused memory in the middle of a step. */
class OutOfMemoryTest {
  /** More than any document of the run has, and less than most of its micro-batches. */
  private static final int ROOM = 18;

  @TempDir Path folder;
  private final List<MemoryFault> faults = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();
  private float[] weights;
  private double[] exact;

  /**
   * Refuses memory once a micro-batch was computed: its gradients are added up by then.
   *
   * @param refuse throws for a micro-batch of a step (counted from 1), or does not
   */
  private record Short(Objective plain, ObjLongConsumer<Batch> refuse) implements Objective {
    @Override
    public LossSum lossAndGradients(
        BoundModel model, BatchTensors batch, double scale, Recompute recompute, BlockSeeds seeds) {
      LossSum loss = plain.lossAndGradients(model, batch, scale, recompute, seeds);
      refuse.accept(batch.batch(), seeds.step() + 1);
      return loss;
    }

    @Override
    public LossSum loss(BoundModel model, BatchTensors batch) {
      return plain.loss(model, batch);
    }
  }

  /** libtorch's own refusal: nobody has so much. */
  private static void refuse() {
    try (TensorScope scope = TensorScope.open()) {
      scope.empty(DType.FLOAT32, 1L << 50);
    }
  }

  private static void noMoreThanRoom(Batch batch, long step) {
    if (batch.tokens() > ROOM) {
      refuse();
    }
  }

  private void train(Path run, DType dtype, int stopAfter, ObjLongConsumer<Batch> refuse) {
    faults.clear();
    losses.clear();
    try (SmallRun small = new SmallRun(run, SmallRun.config().build(), dtype)) {
      small
          .objective(plain -> new Short(plain, refuse))
          .listener(new StopAfter(stopAfter, small::cancel))
          .listener(
              new RunListener() {
                @Override
                public void onMemoryFault(MemoryFault fault) {
                  faults.add(fault);
                }

                @Override
                public void onStep(StepResult result) {
                  losses.add(result.loss());
                }
              })
          .train();
      if (dtype == DType.FLOAT64) {
        exact = small.weights.flat().toDoubles();
      } else {
        weights = small.weights.flat().toFloats();
      }
    }
  }

  /** The gradient is that of the whole update: nothing of the attempt that failed is left in it. */
  @Test
  void aRunLearnsTheSameInLessMemory() {
    train(folder.resolve("plenty"), DType.FLOAT64, 0, (batch, step) -> {});
    assertThat(faults).isEmpty();
    double[] wanted = exact;
    List<Double> wantedLosses = List.copyOf(losses);
    train(folder.resolve("short"), DType.FLOAT64, 0, OutOfMemoryTest::noMoreThanRoom);
    assertThat(faults).isNotEmpty();
    assertThat(exact).hasSameSizeAs(wanted);
    for (int i = 0; i < wanted.length; i++) {
      assertThat(exact[i]).isCloseTo(wanted[i], within(1e-9));
    }
    assertThat(losses).hasSameSizeAs(wantedLosses);
    for (int i = 0; i < losses.size(); i++) {
      assertThat(losses.get(i)).isCloseTo(wantedLosses.get(i), within(1e-9));
    }
  }

  @Test
  void whatWasDoneIsToldOnceAndStays() throws IOException {
    train(folder, DType.FLOAT32, 0, OutOfMemoryTest::noMoreThanRoom);
    assertThat(faults).isNotEmpty();
    assertThat(faults).isSortedAccordingTo((a, b) -> Long.compare(a.step(), b.step()));
    int room = Integer.MAX_VALUE;
    for (MemoryFault fault : faults) {
      assertThat(fault.tokens()).isBetween(ROOM + 1, room);
      assertThat(fault.examples()).hasSizeGreaterThan(1);
      room = fault.tokensAtOnce();
    }
    List<String> lines =
        Files.readAllLines(folder.resolve("metrics.jsonl")).stream()
            .filter(line -> line.contains("out_of_memory"))
            .toList();
    assertThat(lines).hasSameSizeAs(faults);
    assertThat(lines.get(0))
        .contains("\"step\":" + faults.get(0).step(), "\"action\":\"divided\"", "\"examples\":[");
  }

  /**
   * Memory is short in one step only, of two of its micro-batches: a run that goes on after it has
   * enough, and divides as the one did that was not stopped.
   */
  @Test
  void aRunThatGoesOnKeepsItsDivision() throws IOException {
    ResumeContract.check(
        folder,
        (run, stopAfter) ->
            train(
                run,
                DType.FLOAT32,
                stopAfter,
                (batch, step) -> {
                  if (step == 4) {
                    noMoreThanRoom(batch, step);
                  }
                }));
    float[] divided = weights;
    train(folder.resolve("plenty"), DType.FLOAT32, 0, (batch, step) -> {});
    assertThat(weights).isNotEqualTo(divided); // Else the contract would have said nothing.
  }

  /** Blocks may be updated by then, or sums would be rounded: nothing is begun again. */
  @Test
  void whatMustNotBeDividedEndsTheRun() {
    for (Gradients gradients : List.of(Gradients.RELEASED, Gradients.COMPUTE)) {
      TrainConfig config =
          SmallRun.config()
              .gradientAccumulationSteps(1)
              .maxGradNorm(0)
              .memory(
                  new MemorySettings(
                      new TrainedStorage(Masters.FP32, gradients), false, false, false))
              .build();
      try (SmallRun small =
          new SmallRun(folder.resolve(gradients.name()), config, DType.BFLOAT16)) {
        small.objective(plain -> new Short(plain, OutOfMemoryTest::noMoreThanRoom));
        assertThatThrownBy(small::train)
            .isInstanceOfSatisfying(
                MicroBatchMemoryException.class,
                e -> assertThat(e.exampleIds()).hasSizeGreaterThan(1));
      }
    }
  }

  @Test
  void aDocumentThatDoesNotFitIsNamedAndTheCheckpointStays() throws IOException {
    train(folder.resolve("whole"), DType.FLOAT32, 0, (batch, step) -> {});
    Path run = folder.resolve("run");
    assertThatThrownBy(
            () ->
                train(
                    run,
                    DType.FLOAT32,
                    0,
                    (batch, step) -> {
                      if (step == 6) {
                        refuse();
                      }
                    }))
        .isInstanceOf(MicroBatchMemoryException.class)
        .hasMessageContaining("Step 6: a micro-batch of ")
        .hasMessageMatching("(?s).*: example \\d+ \\(row \\d+\\), \\d+ tokens\\..*");
    assertThat(run.resolve("checkpoint-5")).exists();
    assertThat(run.resolve("checkpoint-6")).doesNotExist();
    // Of what was tried in vain nothing is kept: with more memory the run is what it would be.
    train(run, DType.FLOAT32, 0, (batch, step) -> {});
    for (String file : List.of("training_state.safetensors", "trainer_state.json")) {
      assertThat(run.resolve("checkpoint-12").resolve(file))
          .hasSameBinaryContentAs(folder.resolve("whole").resolve("checkpoint-12").resolve(file));
    }
  }
}
