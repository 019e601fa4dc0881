package org.tune4j.examples.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.generate.Generated;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
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
import org.tune4j.lora.LoraMerge;
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
  private static final int NEW_TOKENS = 32;
  private static final int MOST_MEBIBYTES_OF_CONFIG = 16;

  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", "export", "DIR", "The model: a folder or a GGUF file."),
          new Setting("adapter", "export", "DIR", "A LoRA adapter, merged into the model."),
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
          new Setting(
              "threads", "export", "N", "Threads of a matrix product. Default: all cores."));

  ExportGgufCommand(Console console) {
    super(console);
  }

  @Override
  List<Setting> table() {
    return TABLE;
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
    Outcome[] outcome = new Outcome[1];
    AtomicFolder.write(
        output,
        folder -> {
          Answers wanted = write(source, adapter, folder, precision[0], texts);
          outcome[0] = compare(folder.path().resolve(MODEL), texts, wanted);
          folder.write("Modelfile", modelfile(source, architecture));
        });
    report(output, precision[0], outcome[0], texts.size());
    return 0;
  }

  private static Precision usual(Path source, Architecture architecture) {
    boolean brain = HubFolder.storedTypes(source, architecture).containsValue(DType.BFLOAT16);
    return brain ? Precision.BF16 : Precision.F16;
  }

  /**
   * What a model says to some texts.
   *
   * @param scores after each of their tokens
   * @param tokens that it goes on with
   */
  private record Answers(List<float[]> scores, List<int[]> tokens) {
    static Answers of(BoundModel model, List<int[]> texts) {
      GenerationConfig greedy =
          GenerationConfig.builder().maxNewTokens(NEW_TOKENS).endOfText(Set.of()).build();
      List<Generated> continued = new Generator(model).generate(texts, greedy);
      return new Answers(
          LogitDrift.scores(model, texts), continued.stream().map(Generated::newIds).toList());
    }

    int sameAs(Answers other) {
      int same = 0;
      for (int i = 0; i < tokens.size(); i++) {
        same += Arrays.equals(tokens.get(i), other.tokens.get(i)) ? 1 : 0;
      }
      return same;
    }
  }

  private record Outcome(LogitDrift drift, int sameTexts) {}

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
      try (Lora lora = Lora.load(base, adapter.get());
          LoraMerge merged = LoraMerge.of(lora)) {
        GgufExport.write(folder, MODEL, source, architecture, merged::weight, precision);
        return Answers.of(merged.model(), texts);
      }
    }
  }

  private static Outcome compare(Path file, List<int[]> texts, Answers wanted) {
    try (CausalLm written = CausalLm.load(file, DType.FLOAT32);
        BoundModel model = new BoundModel(written, null, null)) {
      Answers found = Answers.of(model, texts);
      int vocabulary = written.architecture().vocabularySize();
      LogitDrift drift = LogitDrift.between(wanted.scores(), found.scores(), vocabulary);
      return new Outcome(drift, wanted.sameAs(found));
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

  private void report(Path output, Precision precision, Outcome outcome, int texts) {
    LogitDrift drift = outcome.drift();
    console.say(
        String.format(
            Locale.ROOT,
            "%s: greatest difference of a score: %.6g; same best token at %d of %d positions; same"
                + " %d greedy tokens for %d of %d prompts",
            precision.name().toLowerCase(Locale.ROOT),
            drift.greatest(),
            drift.sameBest(),
            drift.positions(),
            NEW_TOKENS,
            outcome.sameTexts(),
            texts));
    if (!json()) {
      console.out().println(output);
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("output", output.toString());
    line.put("type", precision.name().toLowerCase(Locale.ROOT));
    line.put("max_abs_logit_drift", drift.greatest());
    line.put("same_best_token", drift.sameBest());
    line.put("positions", drift.positions());
    line.put("same_greedy", outcome.sameTexts());
    line.put("prompts", texts);
    console.json(line);
  }
}
