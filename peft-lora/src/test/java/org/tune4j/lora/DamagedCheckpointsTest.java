package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.CheckpointStore;
import org.tune4j.engine.checkpoint.Manifest;
import org.tune4j.engine.train.RunListener;

/** Checkpoints of which one bit is another, or whose end is missing. */
class DamagedCheckpointsTest {
  private static final int SAMPLES = 2_000;

  @TempDir Path parent;
  private final PrintStream standardError = System.err;
  private final ByteArrayOutputStream log = new ByteArrayOutputStream();

  /** What is logged goes to standard error in tests. */
  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void listenNoMore() {
    System.setErr(standardError);
  }

  @Test
  void everyDamageIsFoundAndTheOneBeforeIsTaken() throws IOException {
    Path folder = SmallRun.folder(parent);
    try (SmallRun small = new SmallRun(Files.createDirectory(parent.resolve("tokenizer")))) {
      small.train(folder, new RunListener() {});
    }
    CheckpointStore store = new CheckpointStore(folder.resolve("run"));
    Path newest = folder.resolve("run").resolve("checkpoint-3");
    Path before = folder.resolve("run").resolve("checkpoint-2");
    assertThat(store.newestWhole()).contains(newest);
    List<Path> files;
    try (Stream<Path> paths = Files.walk(newest)) {
      files = paths.filter(Files::isRegularFile).sorted().toList();
    }
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    for (int sample = 0; sample < SAMPLES; sample++) {
      Path file = files.get(random.nextInt(files.size()));
      byte[] sound = Files.readAllBytes(file);
      byte[] damaged;
      String what;
      if (random.nextBoolean()) {
        int bit = random.nextInt(8 * sound.length);
        damaged = sound.clone();
        damaged[bit / 8] ^= (byte) (1 << bit % 8);
        what = "bit " + bit;
      } else {
        damaged = Arrays.copyOf(sound, random.nextInt(sound.length));
        what = "cut to " + damaged.length + " bytes";
      }
      what = "seed %d, sample %d: %s of %s".formatted(seed, sample, what, file);
      Files.write(file, damaged);
      log.reset();
      assertThat(store.newestWhole()).as(what).contains(before);
      assertThat(log.toString(StandardCharsets.UTF_8))
          .as(what)
          .contains(newest + " is damaged and passed over");
      assertThatThrownBy(() -> Manifest.verified(newest))
          .as(what)
          .isInstanceOf(ModelFormatException.class);
      Files.write(file, sound);
    }
  }

  /** Checkpoints with greater numbers count for nothing when they are damaged. */
  @Test
  void whatIsSavedOutlivesWhatIsDamaged() throws IOException {
    Path folder = SmallRun.folder(parent);
    Path run = folder.resolve("run");
    CheckpointStore store = new CheckpointStore(run);
    List<Path> found = new ArrayList<>();
    try (SmallRun small = new SmallRun(Files.createDirectory(parent.resolve("tokenizer")))) {
      small.train(folder, new RunListener() {});
      for (int step : new int[] {2, 3}) {
        Files.writeString(run.resolve("checkpoint-" + step).resolve("trainer_state.json"), "{}");
      }
      small.train(
          folder,
          new RunListener() {
            @Override
            public void onCheckpoint(long step, Path checkpoint) {
              found.add(store.newestWhole().orElse(null));
            }
          });
    }
    assertThat(found)
        .containsExactly(
            run.resolve("checkpoint-1"), run.resolve("checkpoint-2"), run.resolve("checkpoint-3"));
  }
}
