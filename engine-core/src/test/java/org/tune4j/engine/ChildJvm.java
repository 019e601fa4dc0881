package org.tune4j.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of the tests in a JVM of their own, so that a test lives on where that one dies. */
public final class ChildJvm {
  private ChildJvm() {}

  /**
   * Starts a program.
   *
   * @param folder where it runs and leaves a report if it crashes
   */
  public static Process start(Path folder, Class<?> program, String... arguments)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:ErrorFile=" + folder.resolve("hs_err_%p.log"),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(folder.toFile())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** Waits for the end of a program, a minute at most. */
  public static int exit(Process process) throws InterruptedException {
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends within a minute").isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  /** Asserts that no program that was started in a folder crashed. */
  public static void assertNoCrashReport(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(file -> file.toString().endsWith(".log"))).isEmpty();
    }
  }
}
