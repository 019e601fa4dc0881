package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.tune4j.examples.conformance.Conformance;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tune4j conformance}: compares the engine with stored reference values. */
@Command(
    name = "conformance",
    description = {
      "Compares the engine with the reference values in and below some folders.",
      "Prints a line of JSON a check. Exit 1 if one is not ok, 2 if a folder has no known check."
    })
final class ConformanceCommand implements Callable<Integer> {
  private final Console console;

  @Parameters(arity = "1..*", paramLabel = "FOLDER", description = "Folders, or single cases.")
  private List<Path> folders;

  @Mixin private CommonOptions common;

  ConformanceCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    return Conformance.run(folders, console.out());
  }
}
