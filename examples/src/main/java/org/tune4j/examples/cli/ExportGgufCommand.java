package org.tune4j.examples.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.gguf.hub.Precision;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.GgufExport;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.lora.Lora;
import org.tune4j.lora.LoraGguf;
import org.tune4j.lora.PeftMerge;
import org.tune4j.lora.PeftModel;
import picocli.CommandLine.Command;

/**
 * {@code tune4j export gguf}: a model, or an adapter, becomes a GGUF file, which is loaded back and
 * compared.
 */
@Command(
    name = "gguf",
    description = {
      "Writes a model, with an adapter merged into it or without, as one GGUF file for llama.cpp and"
          + " Ollama: OUTPUT/model.gguf and OUTPUT/Modelfile.",
      "The file is loaded back: the drift of its scores and whether its greedy tokens are those of the"
          + " source are told."
    })
final class ExportGgufCommand extends SettingsCommand {
  private static final String MODEL = "model.gguf";
  private static final int MOST_MEBIBYTES_OF_CONFIG = 16;

  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", "export", "DIR", "The model: a folder or a GGUF file."),
          new Setting("adapter", "export", "DIR", "An adapter, merged into the model."),
          new Setting(
              "adapter_only",
              "export",
              null,
              "Write the adapter alone, as OUTPUT/adapter.gguf, in fp32."),
          new Setting("output", "export", "DIR", "The folder to write, which is not there yet."),
          new Setting(
              "type",
              "export",
              "f32|f16|bf16|q8_0|q4_0|q4_k_m",
              "What to store matrices in. Default: bf16 of a model stored so, else f16."),
          new Setting("prompts", "export", "FILE", "What to compare on, a prompt a line."),
          ModelSettings.threads("export"));

  ExportGgufCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    Path source = required(settings, "model");
    Path output = required(settings, "output");
    Optional<Path> adapter = settings.path("adapter");
    settings.integer("threads", NativeGate::setThreads);
    if (Files.exists(output)) {
      throw new ConfigException(output + ": is there already; name another folder with --output");
    }
    if (settings.flag("adapter_only")) {
      writeAdapter(source, required(settings, "adapter"), settings, output);
      return 0;
    }
    Architecture architecture = Architectures.read(source);
    Precision[] precision = {usual(source, architecture)};
    settings.choice("type", Precision.class, value -> precision[0] = value);
    List<int[]> texts = ComparedPrompts.ids(source, settings.path("prompts"), architecture);
    Answers.Difference[] difference = new Answers.Difference[1];
    AtomicFolder.write(
        output,
        folder -> {
          Answers wanted = write(source, adapter, folder, precision[0], texts);
          difference[0] = wanted.toModel(folder.path().resolve(MODEL), texts);
          folder.write("Modelfile", modelfile(source, architecture));
        });
    report(output, precision[0], difference[0]);
    return 0;
  }

  private static Precision usual(Path source, Architecture architecture) {
    boolean brain = HubFolder.storedTypes(source, architecture).containsValue(DType.BFLOAT16);
    return brain ? Precision.BF16 : Precision.F16;
  }

  private static Answers write(
      Path source, Optional<Path> adapter, NewFolder folder, Precision precision, List<int[]> texts)
      throws IOException {
    try (CausalLm base = CausalLm.load(source, DType.FLOAT32)) {
      Architecture architecture = base.architecture();
      if (adapter.isEmpty()) {
        GgufExport.write(folder, MODEL, source, architecture, base::weight, precision);
        try (BoundModel model = new BoundModel(base, null, null)) {
          return Answers.of(model, texts);
        }
      }
      try (PeftModel adapted = PeftModel.load(base, adapter.get());
          PeftMerge merged = PeftMerge.of(adapted)) {
        GgufExport.write(folder, MODEL, source, architecture, merged::weight, precision);
        return Answers.of(merged.model(), texts);
      }
    }
  }

  /** What Ollama makes a model of; it finds the chat template in the file. */
  private static byte[] modelfile(Path source, Architecture architecture) {
    StringBuilder text = new StringBuilder("FROM ./" + MODEL + "\n");
    try (Tokenizer tokenizer = Tokenizer.load(source)) {
      for (int id : architecture.endOfText()) {
        if (id < tokenizer.vocabularySize()) {
          text.append("PARAMETER stop \"").append(tokenizer.tokenOf(id)).append("\"\n");
        }
      }
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private void writeAdapter(Path source, Path adapter, Settings settings, Path output) {
    if (settings.has("type") || settings.has("prompts")) {
      throw new ConfigException(
          "--adapter-only: wanted neither --type nor --prompts, the adapter is written in fp32");
    }
    if (GgufModel.isFile(source)) {
      throw new ConfigException(
          source + ": --adapter-only wants the folder of the base, found a GGUF file");
    }
    Path config = source.resolve("config.json");
    AtomicFolder.write(
        output,
        folder -> {
          try (CausalLm base = CausalLm.load(source, DType.FLOAT32);
              Lora lora = Lora.load(base, adapter)) {
            LoraGguf.write(
                folder,
                "adapter.gguf",
                lora,
                config,
                JsonFile.read(config, MOST_MEBIBYTES_OF_CONFIG));
          }
        });
    if (json()) {
      console.json(Map.of("output", output.toString()));
    } else {
      console.out().println(output);
    }
  }

  private void report(Path output, Precision precision, Answers.Difference difference) {
    String type = precision.name().toLowerCase(Locale.ROOT);
    console.say(type + ": " + difference);
    if (!json()) {
      console.out().println(output);
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("output", output.toString());
    line.put("type", type);
    difference.addTo(line);
    console.json(line);
  }
}
