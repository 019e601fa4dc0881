package org.tune4j.examples.compare;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.tune4j.engine.EngineBugException;
import org.tune4j.examples.bench.JavaCommand;

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
        JavaCommand.of(
            MethodRun.class, List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"), arguments);
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (child.onExit().join().exitValue() != 0) {
      throw new EngineBugException(String.join(" ", arguments) + " failed:\n" + said);
    }
  }
}
