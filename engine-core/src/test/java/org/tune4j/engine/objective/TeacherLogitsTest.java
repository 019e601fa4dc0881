package org.tune4j.engine.objective;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.DataException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Tune4jException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.faults.FailingDisk;
import org.tune4j.engine.faults.Fault;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.LossDifferences;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;

/** A teacher's likeliest tokens, kept in a file, in its place; in fp64. */
class TeacherLogitsTest {
  private static final int VOCABULARY = 97;
  private static final String TOKENIZER = "5e1f";

  @TempDir Path folder;
  private final CausalLm teacherBase = RandomModels.create(RandomModels.QWEN2, DType.FLOAT64, 2);
  private final BoundModel teacher = new BoundModel(teacherBase, null, null);
  private final CausalLm base = RandomModels.create(RandomModels.LLAMA, DType.FLOAT64, 7);
  private final TrainableTensors weights =
      new TrainableTensors(TrainableWeights.all(base.architecture()), DType.FLOAT64, base.scope());
  private final BoundModel student = new BoundModel(base, null, weights);
  private final List<EncodedExample> rows = rows(3);

  TeacherLogitsTest() {
    TrainableWeights.copyFrom(base, weights);
  }

  @AfterEach
  void close() {
    student.close();
    weights.close();
    base.close();
    teacher.close();
    teacherBase.close();
  }

  /** The first of three is there twice, and one has no label. */
  private static List<EncodedExample> rows(int seed) {
    Random random = new Random(seed);
    List<EncodedExample> rows = new ArrayList<>();
    for (int length : new int[] {9, 7, 4}) {
      int[] ids = random.ints(length, 0, VOCABULARY).toArray();
      int[] labels = ids.clone();
      Arrays.fill(labels, 0, length / 3, EncodedExample.NOT_LEARNED);
      rows.add(new EncodedExample(length, "row", ids, labels));
    }
    rows.add(rows.get(0));
    rows.add(new EncodedExample(5, "row", new int[] {1, 2}, new int[] {-100, -100}));
    return rows;
  }

  private Path write(int topK, double temperature) {
    return write(folder.resolve("top" + topK + ".safetensors"), topK, temperature);
  }

  private Path write(Path file, int topK, double temperature) {
    TeacherLogitsWriter.write(file, teacherBase, TOKENIZER, topK, temperature, rows.iterator());
    return file;
  }

  private double loss(Objective objective, Batch batch) {
    try (TensorScope work = student.workScope()) {
      return objective.loss(student, student.upload(batch, work)).mean();
    }
  }

  private double learn(Objective objective, Batch batch, Recompute recompute) {
    try (TensorScope work = student.workScope()) {
      return objective
          .lossAndGradients(student, student.upload(batch, work), 1, recompute, null)
          .sum();
    }
  }

  private double[] gradient(Objective objective) {
    new Gradients(weights).clear();
    learn(objective, Batch.of(rows), Recompute.NONE);
    return weights.flatGradient().toDoubles();
  }

  static Stream<Distillation> kinds() {
    return Stream.of(
        Distillation.forwardKl(2, 0.4),
        Distillation.reverseKl(1.5, 1),
        Distillation.gkd(0.3, 2),
        new Distillation(0.5, 1, 0.7, false));
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void allTokensOfATeacherAreTheTeacher(Distillation how) {
    Objective live = new DistillationObjective(teacher, how);
    try (TeacherLogits kept = TeacherLogits.open(write(VOCABULARY, how.temperature()))) {
      Objective cached = new DistillationObjective(kept, how);
      // What is kept is fp32.
      assertThat(loss(cached, Batch.of(rows))).isCloseTo(loss(live, Batch.of(rows)), within(1e-6));
      assertThat(gradient(cached)).containsExactly(gradient(live), within(1e-5));
    }
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void gradientIsWhatTheLossChangesBy(Distillation how) {
    try (TeacherLogits kept = TeacherLogits.open(write(5, how.temperature()))) {
      Objective objective = new DistillationObjective(kept, how);
      LossDifferences.check(weights, recompute -> learn(objective, Batch.of(rows), recompute));
    }
  }

  /** Whatever is taken together, no distance between distributions grows by it. */
  @ParameterizedTest
  @MethodSource("kinds")
  void theMoreIsKeptTheMoreOfTheDistanceIsSeen(Distillation how) {
    double before = 0;
    for (int topK : new int[] {1, 4, 20, 96, 97}) {
      try (TeacherLogits kept = TeacherLogits.open(write(topK, how.temperature()))) {
        double now = loss(new DistillationObjective(kept, how), Batch.of(rows));
        assertThat(now).isGreaterThan(before - 1e-6);
        before = now;
      }
    }
    double whole = loss(new DistillationObjective(teacher, how), Batch.of(rows));
    assertThat(before).isCloseTo(whole, within(1e-6));
  }

  @Test
  void anyBatchOfTheRowsFindsItsOwn() {
    Distillation how = Distillation.gkd(0.5, 1);
    try (TeacherLogits kept = TeacherLogits.open(write(VOCABULARY, 1))) {
      for (EncodedExample row : rows.subList(0, 4)) {
        Batch alone = Batch.of(List.of(row));
        assertThat(loss(new DistillationObjective(kept, how), alone))
            .isCloseTo(loss(new DistillationObjective(teacher, how), alone), within(1e-6));
      }
    }
  }

  @Test
  void whatWasMadeForSomethingElseIsRefusedByName() {
    Path file = write(3, 2);
    try (TeacherLogits kept = TeacherLogits.open(file)) {
      kept.requireFor(TOKENIZER, rows);
      assertThatThrownBy(() -> kept.requireFor("77", rows))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll(file.toString(), TOKENIZER, "77");
      assertThatThrownBy(() -> kept.requireFor(TOKENIZER, rows(4)))
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll(file.toString(), "4 of the first 5");
      assertThatThrownBy(() -> new DistillationObjective(kept, Distillation.gkd(0, 1)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll(file.toString(), "2.0", "1.0");
      Objective objective = new DistillationObjective(kept, Distillation.gkd(0, 2));
      assertThatThrownBy(() -> loss(objective, Batch.of(rows(4))))
          .isInstanceOf(DataException.class)
          .hasMessageContainingAll(file.toString(), "example 9");
      refusesAnotherVocabulary(objective, file);
    }
  }

  private static void refusesAnotherVocabulary(Objective objective, Path file) {
    String larger = RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":98");
    try (CausalLm other = RandomModels.create(larger, DType.FLOAT64, 1);
        BoundModel bound = new BoundModel(other, null, null);
        TensorScope work = bound.workScope()) {
      assertThatThrownBy(() -> objective.loss(bound, bound.upload(Batch.of(rows(3)), work)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll(file.toString(), "98", "97");
    }
  }

  @Test
  void numbersThatMeanNothingAreRefused() {
    for (int topK : new int[] {0, 98}) {
      assertThatThrownBy(() -> write(topK, 1))
          .isInstanceOf(ConfigException.class)
          .hasMessageContainingAll("teacher_top_k", "1 to 97", String.valueOf(topK));
    }
    assertThatThrownBy(
            () ->
                TeacherLogitsWriter.write(
                    folder.resolve("none"),
                    teacherBase,
                    TOKENIZER,
                    1,
                    1,
                    rows.subList(4, 5).iterator()))
        .isInstanceOf(DataException.class);
    assertThat(folder).isEmptyDirectory();
  }

  /** Any end, and every bit that counts. */
  @Test
  void damagedFilesAreToldByName() throws IOException {
    Path file = write(3, 1);
    byte[] whole = Files.readAllBytes(file);
    Path damaged = folder.resolve("damaged.safetensors");
    for (int length = 0; length < whole.length; length += 1 + length / 50) {
      Files.write(damaged, Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> TeacherLogits.open(damaged).close())
          .isInstanceOf(ModelFormatException.class)
          .hasMessageContaining(damaged.toString());
    }
    Random random = new Random(5);
    int told = 0;
    for (int i = 0; i < 400; i++) {
      byte[] flipped = whole.clone();
      flipped[random.nextInt(whole.length)] ^= (byte) (1 << random.nextInt(8));
      Files.write(damaged, flipped);
      told += isTold(damaged) ? 1 : 0;
    }
    assertThat(told).isGreaterThan(200);
  }

  private boolean isTold(Path damaged) {
    try (TeacherLogits kept = TeacherLogits.open(damaged)) {
      double loss = loss(new DistillationObjective(kept, Distillation.gkd(0.5, 1)), Batch.of(rows));
      assertThat(loss).isFinite();
      return false;
    } catch (Tune4jException e) {
      assertThat(e).hasMessageContaining("damaged.safetensors");
      return true;
    }
  }

  /** Every operation that can fail does, once and for good. */
  @ParameterizedTest
  @EnumSource(Fault.class)
  void aDiskThatFailsHasTheWholeFileOrNone(Fault fault) throws IOException {
    Path real = Files.createDirectory(folder.resolve("disk"));
    FailingDisk counted = FailingDisk.sound(fault);
    write(counted.path(real).resolve("logits"), 2, 1);
    byte[] whole = Files.readAllBytes(real.resolve("logits"));
    assertThat(counted.operations()).isGreaterThan(3);
    for (int at = 1; at <= counted.operations(); at++) {
      for (boolean lasting : List.of(false, true)) {
        Files.deleteIfExists(real.resolve("logits"));
        FailingDisk disk = new FailingDisk(fault, at, lasting);
        boolean failed = false;
        try {
          write(disk.path(real).resolve("logits"), 2, 1);
        } catch (Tune4jException e) {
          failed = true;
        }
        try (Stream<Path> left = Files.list(real)) {
          List<String> names = left.map(path -> path.getFileName().toString()).toList();
          if (fault == Fault.NO_SPACE || fault == Fault.SHORT_WRITE) {
            // A full disk lets files be deleted: nothing half is left.
            assertThat(names).as(disk.failed()).allMatch("logits"::equals);
          }
          if (!failed || names.contains("logits")) {
            assertThat(real.resolve("logits")).hasBinaryContent(whole);
          }
        }
      }
    }
  }
}
