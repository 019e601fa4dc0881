package org.tune4j.examples.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** How a program is run in a small JVM of its own, of this JVM's Java and class path. */
public final class JavaCommand {
  private JavaCommand() {}

  /**
   * The command.
   *
   * @param program the class with the main method
   * @param options of the JVM, besides
   */
  public static List<String> of(Class<?> program, List<String> options, List<String> arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dfile.encoding=UTF-8",
                "-Djava.awt.headless=true"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(arguments);
    return command;
  }
}
