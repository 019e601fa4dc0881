package org.tune4j.examples.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.Example;
import org.tune4j.engine.data.ExampleEncoder;
import org.tune4j.engine.data.Examples;
import org.tune4j.engine.preflight.FileRows;
import org.tune4j.engine.preflight.Preflight;
import org.tune4j.engine.preflight.PreflightReport;
import org.tune4j.engine.preflight.PreflightRow;
import org.tune4j.engine.tokenize.Tokenizer;
import picocli.CommandLine.Command;

/** {@code tune4j preflight}: what a run would learn, of all rows. */
@Command(
    name = "preflight",
    description = {
      "Looks at all rows as sft does before a run: what would be learned, and what is wrong.",
      "Takes what sft takes, a configuration file of it too."
    })
final class PreflightCommand extends SettingsCommand {
  PreflightCommand(Console console) {
    super(console, SftSettings.TABLE);
  }

  @Override
  int run(Settings settings) {
    DataConfig config = DataSettings.config(settings);
    try (Tokenizer tokenizer = Tokenizer.load(required(settings, "model"));
        JobRows rows = JobRows.open(settings)) {
      Preflight preflight = new Preflight(tokenizer, config.preflightAllow());
      FileRows learned = learned(rows, tokenizer, config, preflight);
      FileRows heldOut =
          rows.heldOut().map(source -> preflight.addHeldOut(source, config)).orElse(FileRows.NONE);
      PreflightReport report = preflight.report(learned, heldOut, Optional.empty());
      Optional<Path> run = settings.path("output");
      run.ifPresent(report::writeTo);
      console.out().println(json() ? report.json() : report.text(console.terminal()));
      return report.refused().isEmpty() ? 0 : 1;
    }
  }

  private static FileRows learned(
      JobRows rows, Tokenizer tokenizer, DataConfig config, Preflight preflight) {
    try (Examples examples = Examples.of(rows.train(), config)) {
      Optional<Example> first = examples.first();
      if (first.isPresent() && !ExampleEncoder.learns(first.get().form())) {
        examples
            .all()
            .forEach(example -> preflight.add(PreflightRow.of(example, Optional.empty())));
      } else {
        new EncodedExamples(examples, new ExampleEncoder(tokenizer, config))
            .look(
                IntStream.range(0, examples.size()).toArray(),
                (example, tokens) -> preflight.add(PreflightRow.of(example, Optional.of(tokens))));
        examples.bad().throwIfFailing();
      }
      return new FileRows(examples.rowsOfSource(), examples.bad().count());
    }
  }
}
