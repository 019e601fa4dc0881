package org.tune4j.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.CheckpointStore;

/** Makes what a run makes, without a model, and forgets or confuses what it is told to. */
final class FaultyProgram {
  /** The update before which a first start waits to be killed. */
  private static final int KILLED_AT = 6;

  private FaultyProgram() {}

  /** Arguments: the run's folder, its updates, the fault. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    RunFiles run = new RunFiles(Path.of(arguments[0]), Long.parseLong(arguments[1]));
    String fault = arguments[2];
    long newest = run.newestWhole();
    long from =
        switch (fault) {
          case "forgets" -> 0;
          case "one-before" -> Math.max(0, newest - 1);
          case "two-before" -> Math.max(0, newest - 2);
          default -> newest;
        };
    if (newest > 0 && fault.equals("refuses")) {
      System.err.println("no checkpoint is whole");
      System.exit(3);
    }
    if (from > 0) {
      System.err.println("going on after step " + from);
    }
    StringBuilder metrics = new StringBuilder();
    CheckpointStore store = new CheckpointStore(run.path());
    Files.createDirectories(run.path());
    for (long step = 1; step <= run.updates(); step++) {
      metrics.append("{\"step\":").append(step).append("}\n");
      if (newest == 0 && step == KILLED_AT && !fault.equals("uninterrupted")) {
        Thread.sleep(Long.MAX_VALUE);
      }
      if (step > from) {
        Files.writeString(run.path().resolve("metrics.jsonl"), metrics);
        String state = "after " + step;
        store.finish(step, store.begin(step, folder -> folder.write("state", state.getBytes())));
      }
    }
    String result = fault.equals("drifts") ? "adapter after " + from : "adapter";
    AtomicFolder.replace(
        run.path().resolve("adapter"), folder -> folder.write("state", result.getBytes()));
  }
}
