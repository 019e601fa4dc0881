package org.tune4j.examples.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.tune4j.engine.EngineClosedException;
import org.tune4j.engine.StorageException;

/** A command in a JVM of its own, which can be killed; closing it kills it. */
final class ChildRun implements AutoCloseable {
  /** The exit code of a process that SIGKILL ended. */
  static final int KILLED = 128 + 9;

  /** In place of the exit code of a process that does not end. */
  static final int HUNG = -1;

  /** A run takes seconds, on a busy machine a minute. */
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  private final long start = System.nanoTime();
  private final Process process;
  private final Path said;

  private ChildRun(Process process, Path said) {
    this.process = process;
    this.said = said;
  }

  /**
   * Starts a command with this JVM's Java and class path.
   *
   * @param program the class with the main method
   * @param said the file that takes its standard error
   */
  static ChildRun start(Class<?> program, List<String> arguments, Path said) {
    List<String> command = JavaCommand.of(program, List.of("-Xshare:auto"), arguments);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(said.toFile())
              .start();
      return new ChildRun(process, said);
    } catch (IOException e) {
      throw new StorageException(command.get(0) + ": cannot be started: " + e.getMessage(), e);
    }
  }

  /** Whether it has ended, or has taken so long that it will not. */
  boolean ended() {
    return !process.isAlive() || System.nanoTime() - start > PATIENCE.toNanos();
  }

  /**
   * Kills it, unless it has ended already.
   *
   * @return {@link #KILLED}, or the exit code with which it ended before
   */
  int kill() {
    process.destroyForcibly();
    return exit();
  }

  /**
   * Waits until it ends.
   *
   * @return its exit code; {@link #HUNG} where that takes longer than anything that works
   */
  int exit() {
    try {
      return process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) ? process.exitValue() : HUNG;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EngineClosedException("Interrupted while a run in another JVM was under way");
    }
  }

  /** What it has said on its standard error. */
  String said() {
    try {
      return Files.readString(said);
    } catch (IOException e) {
      throw new StorageException(said + ": cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
