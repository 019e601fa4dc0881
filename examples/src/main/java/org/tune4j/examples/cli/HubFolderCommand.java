package org.tune4j.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.SafetensorsShards;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.report.ModelCard;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.lora.PeftMerge;
import org.tune4j.lora.PeftModel;

/**
 * A command that writes a model folder, which is read back and compared with what it was made of
 * before it appears.
 */
abstract class HubFolderCommand extends SettingsCommand {
  private static final Map<String, DType> TYPES =
      Map.of("fp32", DType.FLOAT32, "fp16", DType.FLOAT16, "bf16", DType.BFLOAT16);

  /** Differences that rounding explains, a stored type. */
  private static final Map<DType, Double> BOUNDS =
      Map.of(
          DType.FLOAT64, 0.001,
          DType.FLOAT32, 0.001,
          DType.FLOAT16, 0.1,
          DType.BFLOAT16, 0.5);

  HubFolderCommand(Console console, List<Setting> table) {
    super(console, table);
  }

  /** The settings: what to write of, and those that both commands have. */
  static List<Setting> table(String group, Setting model, Setting adapter) {
    return List.of(
        model,
        adapter,
        new Setting("output", group, "DIR", "The folder to write, which is not there yet."),
        new Setting(
            "dtype",
            group,
            "fp32|fp16|bf16",
            "Element type of the files. Default: that of each tensor of the model."),
        new Setting(
            "max_shard_size", group, "SIZE", "The most bytes of weights in a file. Default 5GB."),
        new Setting(
            "max_drift",
            group,
            "X",
            "Refuse above. Default 0.001 for fp32, 0.1 for fp16, 0.5 for bf16."),
        new Setting("base_model", group, "OWNER/NAME", "For the card: the base model's name."),
        new Setting(
            "license", group, "ID", "For the card. Default: what the model's own card says."),
        new Setting("datasets", group, "a/b,c/d", "For the card: names of data sets on the hub."),
        new Setting("prompts", group, "FILE", "What to compare on, a prompt a line."),
        ModelSettings.threads(group));
  }

  /** Whether there is something to write without an adapter. */
  abstract boolean adapterIsOptional();

  @Override
  final int run(Settings settings) {
    Path source = required(settings, "model");
    Optional<Path> adapter =
        adapterIsOptional() ? settings.path("adapter") : Optional.of(required(settings, "adapter"));
    Path output = required(settings, "output");
    DType[] dtype = {null};
    settings.choice("dtype", TYPES, value -> dtype[0] = value);
    long maxShardSize =
        settings
            .text("max_shard_size")
            .map(text -> ByteCount.of("max_shard_size", text))
            .orElse(SafetensorsShards.USUAL_BYTES);
    settings.integer("threads", NativeGate::setThreads);
    if (Files.exists(output)) {
      throw new ConfigException(output + ": is there already; name another folder with --output");
    }
    Architecture architecture = Architectures.read(source);
    HubCard card = HubCard.of(settings, output.getFileName().toString(), source, adapter);
    List<int[]> texts = ComparedPrompts.ids(source, settings.path("prompts"), architecture);
    WeightFormat format = GenerationSettings.format(settings);
    Optional<DType> stored = Optional.ofNullable(dtype[0]);
    double[] bound = {defaultBound(source, architecture, stored)};
    settings.number("max_drift", value -> bound[0] = value);
    Answers.Difference[] difference = new Answers.Difference[1];
    AtomicFolder.write(
        output,
        folder -> {
          Answers wanted = write(source, adapter, format, folder, stored, maxShardSize, texts);
          folder.write(ModelCard.FILE, card.text(architecture));
          difference[0] = wanted.toModel(folder.path(), texts);
          refuseAbove(bound[0], difference[0]);
        });
    report(output, difference[0], bound[0]);
    return 0;
  }

  /** Writes the model: what it answered before. */
  private static Answers write(
      Path source,
      Optional<Path> adapter,
      WeightFormat format,
      NewFolder target,
      Optional<DType> dtype,
      long maxShardSize,
      List<int[]> texts)
      throws IOException {
    try (CausalLm base = CausalLm.load(source, DType.FLOAT32, "cpu", format)) {
      Architecture architecture = base.architecture();
      if (adapter.isEmpty()) {
        HubFolder.write(
            target,
            source,
            Optional.empty(),
            architecture,
            base::weight,
            Optional.empty(),
            dtype,
            maxShardSize);
        try (BoundModel model = new BoundModel(base, null, null)) {
          return Answers.of(model, texts);
        }
      }
      Optional<Path> own = AddedTokens.ownTokenizer(adapter);
      try (Tokenizer tokenizer = Tokenizer.load(own.orElse(source));
          PeftModel adapted =
              PeftModel.load(AddedTokens.grown(base, tokenizer, adapter.get()), adapter.get())) {
        Answers answers = Answers.of(adapted.model(), texts);
        try (PeftMerge merged = PeftMerge.of(adapted)) {
          HubFolder.write(
              target,
              source,
              own.map(each -> tokenizer),
              adapted.base().architecture(),
              merged::weight,
              Optional.empty(),
              dtype,
              maxShardSize);
        }
        return answers;
      }
    }
  }

  private static void refuseAbove(double bound, Answers.Difference difference) {
    if (!(difference.drift().greatest() <= bound)) {
      throw new NumericalException(
          String.format(
              Locale.ROOT,
              "what was written differs from what it was made of: %s; max_drift is %.6g; nothing was"
                  + " written; store it more exactly (--dtype fp32) or allow more with --max-drift",
              difference,
              bound));
    }
  }

  /** The bound of the least exact type in the files. */
  private static double defaultBound(
      Path source, Architecture architecture, Optional<DType> dtype) {
    return dtype
        .map(BOUNDS::get)
        .orElseGet(
            () ->
                HubFolder.storedTypes(source, architecture).values().stream()
                    .mapToDouble(BOUNDS::get)
                    .max()
                    .orElseThrow());
  }

  private void report(Path output, Answers.Difference difference, double bound) {
    console.say(String.format(Locale.ROOT, "%s (allowed %.6g)", difference, bound));
    if (!json()) {
      console.out().println(output);
      return;
    }
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("output", output.toString());
    line.put("max_drift", bound);
    difference.addTo(line);
    console.json(line);
  }
}
