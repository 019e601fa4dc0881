package org.tune4j.eval.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.train.RunStart;
import org.tune4j.engine.train.StepResult;

/** Event files as TensorBoard writes and reads them. */
class TensorBoardSinkTest {
  private static StepResult step(long step) {
    return new StepResult(
        step, 1.0 / step, 0.25, 0.5, 2e-4, 100, 50, 0.1, StepResult.Outcome.UPDATED);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  @Test
  void theSameEventsAreTheSameBytesAsTensorBoards(@TempDir Path folder) throws IOException {
    Path path = folder.resolve("events");
    Map<String, Double> first = new LinkedHashMap<>();
    first.put("train/loss", 2.5);
    first.put("train/learning_rate", 2e-4);
    Map<String, Double> second = new LinkedHashMap<>();
    second.put("eval/损失", 0.1);
    second.put("eval/accuracy", 0.0);
    Map<String, Double> third = new LinkedHashMap<>();
    third.put("train/grad_norm", Double.POSITIVE_INFINITY);
    third.put("train/" + "long".repeat(80), -1e-30);
    try (EventFile file = new EventFile(path, 1700000000.25)) {
      file.purgeFrom(1700000000.5, 301);
      file.scalars(1700000001, 301, first);
      file.scalars(1700000002, 1L << 40, second);
      file.scalars(1700000003, 302, third);
    }
    try (InputStream golden = getClass().getResourceAsStream("golden.tfevents")) {
      assertThat(Files.readAllBytes(path)).isEqualTo(golden.readAllBytes());
    }
  }

  @Property(tries = 200)
  void whatIsWrittenIsRead(
      @ForAll @LongRange(min = 0) long step,
      @ForAll double seconds,
      @ForAll @Size(max = 5) Map<String, Float> values)
      throws IOException {
    Path folder = Files.createTempDirectory("events");
    Path path = folder.resolve("e");
    Map<String, Float> readable = new LinkedHashMap<>();
    values.forEach(
        (tag, value) -> {
          if (!tag.chars().anyMatch(c -> Character.isSurrogate((char) c))) {
            readable.put(tag, value); // half a surrogate pair is no text
          }
        });
    try (EventFile file = new EventFile(path, 1)) {
      file.scalars(seconds, step, readable);
    }
    assertThat(EventRecords.read(path))
        .containsExactly(
            new EventRecords.Event(1, 0, "brain.Event:2", false, Map.of()),
            new EventRecords.Event(seconds, step, "", false, readable));
    Files.delete(path);
    Files.delete(folder);
  }

  @Test
  void aRunsValuesHaveTheTagsOfTransformers(@TempDir Path folder) throws IOException {
    try (TensorBoardSink sink = new TensorBoardSink(folder.resolve("a/b"))) {
      sink.onStart(new RunStart(0, 2, 1, 2));
      sink.onStep(step(1));
      sink.onEvaluation(1, Map.of("eval_loss", 0.75));
    }
    List<Path> files = files(folder.resolve("a/b"));
    assertThat(files).hasSize(1);
    assertThat(files.get(0).getFileName().toString())
        .matches("events\\.out\\.tfevents\\.\\d{10}\\..*");
    List<EventRecords.Event> events = EventRecords.read(files.get(0));
    assertThat(events).hasSize(3);
    assertThat(events.get(1).step()).isEqualTo(1);
    assertThat(events.get(1).scalars())
        .contains(
            Map.entry("train/loss", 1f),
            Map.entry("train/aux_loss", 0.25f),
            Map.entry("train/grad_norm", 0.5f),
            Map.entry("train/learning_rate", 2e-4f),
            Map.entry("train/tokens", 100f));
    assertThat(events.get(2).scalars()).isEqualTo(Map.of("eval/loss", 0.75f));
  }

  @Test
  void aRunThatGoesOnBeginsAnotherFile(@TempDir Path folder) throws IOException {
    for (long first : List.of(0L, 2L)) {
      try (TensorBoardSink sink = new TensorBoardSink(folder)) {
        sink.onStart(new RunStart(first, 4, 1, 2));
        sink.onStep(step(first + 1));
      }
    }
    List<Path> files = files(folder);
    assertThat(files).hasSize(2);
    assertThat(EventRecords.read(files.get(0))).noneMatch(EventRecords.Event::start);
    EventRecords.Event mark = EventRecords.read(files.get(1)).get(1);
    assertThat(mark.start()).isTrue();
    assertThat(mark.step()).isEqualTo(3);
  }

  @Test
  void aPlaceThatCannotBeWrittenIsNamed(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    try (TensorBoardSink sink = new TensorBoardSink(file)) {
      assertThatThrownBy(() -> sink.onStart(new RunStart(0, 1, 1, 1)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(file.toString());
    }
  }
}
