package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.checkpoint.CheckpointStore;
import org.tune4j.engine.checkpoint.Manifest;
import org.tune4j.engine.faults.FailingDisk;
import org.tune4j.engine.faults.Fault;
import org.tune4j.engine.faults.Kept;
import org.tune4j.engine.faults.PowerLoss;
import org.tune4j.engine.faults.Trace;
import org.tune4j.engine.train.RunListener;

/** The disks that a loss of power could leave at every moment of a run, and what is found there. */
class RunsThatLosePowerTest {
  /** Of so many disks a run goes on from one to its end. */
  private static final int ENDED = 100;

  @TempDir Path parent;

  @Test
  void whatWasSavedIsFoundAndNothingElse() throws IOException {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    try (SmallRun small = new SmallRun(Files.createDirectory(parent.resolve("tokenizer")))) {
      Path folder = SmallRun.folder(parent);
      Trace trace = new Trace();
      Map<Long, List<Manifest.Entry>> genuine = new HashMap<>();
      small.train(
          trace.path(folder),
          new RunListener() {
            @Override
            public void onCheckpoint(long step, Path checkpoint) {
              genuine.put(step, Manifest.verified(checkpoint).files());
              trace.note(step);
            }
          });
      List<Object> undisturbed = SmallRun.left(folder);
      PowerLoss loss = new PowerLoss(trace, folder);
      while (loss.next()) {
        for (Kept names : Kept.values()) {
          for (Kept data : Kept.values()) {
            Path left = parent.resolve("left");
            loss.leave(left, names, data, random.nextLong());
            String when =
                "seed %d, %s, names kept: %s, data kept: %s"
                    .formatted(seed, loss.moment(), names, data);
            Optional<Path> newest = new CheckpointStore(left.resolve("run")).newestWhole();
            long found = newest.map(SmallRun::step).orElse(0L);
            assertThat(found).as(when).isGreaterThanOrEqualTo(loss.noted());
            if (newest.isPresent()) {
              assertThat(Manifest.verified(newest.get()).files())
                  .as(when)
                  .isEqualTo(genuine.get(found));
            }
            if (random.nextInt(ENDED) == 0) {
              TinyBase.rows(left.resolve("rows.jsonl"), SmallRun.ROWS);
              small.train(FailingDisk.sound(Fault.NO_SPACE).path(left), new RunListener() {});
              assertThat(SmallRun.litter(left)).as(when).isEmpty();
              assertThat(SmallRun.left(left)).as(when).isEqualTo(undisturbed);
            }
            SmallRun.delete(left);
          }
        }
      }
    }
  }
}
