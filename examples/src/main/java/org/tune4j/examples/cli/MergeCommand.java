package org.tune4j.examples.cli;

import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/** {@code tune4j merge}: an adapter and its base become one model folder. */
@Command(
    name = "merge",
    description = {
      "Merges an adapter into its base and writes a model folder; the base stays as it is.",
      "The folder is read back and compared with the adapter on some prompts; it appears only if the"
          + " greatest difference of two scores is within --max-drift."
    })
final class MergeCommand extends HubFolderCommand {
  private static final List<Setting> TABLE =
      Stream.concat(
              table(
                  "merge",
                  new Setting("model", "merge", "DIR", "The base model: a folder or a GGUF file."),
                  new Setting("adapter", "merge", "DIR", "The adapter: LoRA, IA3, VeRA, …"))
                  .stream(),
              Stream.of(
                  new Setting(
                      "weights",
                      "merge",
                      "plain|int8|nf4",
                      "Merge into the numbers that the base's matrices have when they are held so, those"
                          + " that a quantised run has learned on. Default plain: the exact ones.")))
          .toList();

  MergeCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  boolean adapterIsOptional() {
    return false;
  }
}
