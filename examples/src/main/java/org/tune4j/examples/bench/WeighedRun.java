package org.tune4j.examples.bench;

import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.examples.cli.Cli;

/**
 * A command in a process of its own, weighed: the last line of standard output is the most bytes
 * that were resident at once.
 */
final class WeighedRun {
  private WeighedRun() {}

  public static void main(String[] args) {
    int code = Cli.run(args, System.out, System.err);
    System.out.println(ProcessMemory.peakResidentBytes().orElse(0));
    System.exit(code);
  }
}
