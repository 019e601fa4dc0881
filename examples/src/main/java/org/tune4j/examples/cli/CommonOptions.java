package org.tune4j.examples.cli;

import picocli.CommandLine.Option;

/** The options of every command. */
final class CommonOptions {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @Option(names = "--json", description = "Print results as JSON, one object a line.")
  boolean json;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log more, and show where an error comes from.")
  private boolean verbose;
}
