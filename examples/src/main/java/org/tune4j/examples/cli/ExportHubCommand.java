package org.tune4j.examples.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code tune4j export hub}: a model becomes a folder as the hub has it. */
@Command(
    name = "hub",
    description = {
      "Writes a model, with an adapter merged into it or without, as a folder of the Hugging Face hub:"
          + " safetensors in shards, configuration, tokenizer, model card.",
      "The folder is read back and compared with what it was made of on some prompts; it appears only"
          + " if the greatest difference of two scores is within --max-drift."
    })
final class ExportHubCommand extends HubFolderCommand {
  private static final List<Setting> TABLE =
      table(
          "export",
          new Setting("model", "export", "DIR", "The model: a folder or a GGUF file."),
          new Setting("adapter", "export", "DIR", "An adapter, merged into the model."));

  ExportHubCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  boolean adapterIsOptional() {
    return true;
  }
}
