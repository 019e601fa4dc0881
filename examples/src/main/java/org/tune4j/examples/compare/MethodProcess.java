package org.tune4j.examples.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.EngineBugException;

/** A {@link MethodRun} in a JVM of its own. */
final class MethodProcess {
  private MethodProcess() {}

  /**
   * Runs it to its end.
   *
   * @throws EngineBugException if it ends badly, with what it said
   */
  static void run(List<String> arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-Djava.awt.headless=true",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path"),
                MethodRun.class.getName()));
    command.addAll(arguments);
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (child.onExit().join().exitValue() != 0) {
      throw new EngineBugException(String.join(" ", arguments) + " failed:\n" + said);
    }
  }
}
