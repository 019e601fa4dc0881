package org.tune4j.examples.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tune4j export}: other forms of a model, one sub-command each. */
@Command(
    name = "export",
    description = "Writes a model or an adapter in another form.",
    synopsisSubcommandLabel = "FORM")
final class ExportCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Mixin private CommonOptions common;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "A form is missing");
  }
}
