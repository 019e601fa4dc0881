package org.tune4j.examples.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.gguf.GgufFile;
import org.tune4j.engine.gguf.GgufTensor;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BlockSpec;
import org.tune4j.engine.model.LinearLayer;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.tokenize.chat.ChatTemplate;
import org.tune4j.engine.train.MemoryForecast;
import org.tune4j.engine.train.MemorySettings;
import org.tune4j.lora.LoraAdapter;
import picocli.CommandLine.Command;

/** {@code tune4j inspect}: what a model folder holds and what fine-tuning it would need. */
@Command(
    name = "inspect",
    description = {
      "Says what a model folder holds, which modules --target-modules can name, and how much memory"
          + " LoRA fine-tuning is estimated to need. Loads no weights."
    })
final class InspectCommand extends SettingsCommand {
  private static final List<Setting> TABLE =
      List.of(
          new Setting("model", "model", "DIR", "A Hugging Face checkpoint folder or a GGUF file."),
          new Setting("r", "forecast", "N", "Rank of the planned adapter. Default 8."),
          new Setting("target_modules", "forecast", "a,b|all-linear|REGEX", "Its modules."),
          new Setting("exclude_modules", "forecast", "a,b|REGEX", "Not these."),
          new Setting("modules_to_save", "forecast", "a,b", "Modules trained as full copies."),
          new Setting("precision", "forecast", "fp32|bf16|fp16|auto", "Default fp32."),
          GenerationSettings.weights("forecast"),
          new Setting("recompute", "forecast", "none|blocks", "Default none."),
          new Setting("per_device_train_batch_size", "forecast", "N", "Default 8."),
          new Setting("max_length", "forecast", "N", "Default 1024, or what the model can."));

  InspectCommand(Console console) {
    super(console, TABLE);
  }

  @Override
  int run(Settings settings) {
    Path folder = required(settings, "model");
    Architecture architecture = Architectures.read(folder);
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("model", folder.toString());
    facts.put("architecture", architecture(architecture));
    facts.put("parameters", architecture.parameters());
    facts.put("weights", weights(folder));
    facts.put("modules", modules(architecture));
    facts.put("tokenizer", tokenizer(folder));
    facts.put("memory_forecast", forecast(architecture, settings));
    if (json()) {
      console.json(facts);
    } else {
      facts.forEach((name, value) -> print(name, value, ""));
    }
    return 0;
  }

  private static Map<String, Object> architecture(Architecture architecture) {
    BlockSpec block = architecture.blocks().get(0);
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("model_type", architecture.modelType());
    facts.put("blocks", architecture.blocks().size());
    facts.put("hidden_size", architecture.hiddenSize());
    facts.put("heads", block.attention().heads());
    facts.put("key_value_heads", block.attention().keyValueHeads());
    facts.put("vocabulary_size", architecture.vocabularySize());
    facts.put("max_positions", architecture.maxPositions());
    facts.put("tied_output_layer", architecture.tied());
    return facts;
  }

  /** Element types on disk and their bytes; null where there are no weights. */
  private static Map<String, Object> weights(Path folder) {
    if (GgufModel.isFile(folder)) {
      return ggufWeights(folder);
    }
    try (SafetensorsFolder files = SafetensorsFolder.open(folder)) {
      Map<String, Long> bytes = new TreeMap<>();
      for (TensorInfo tensor : files.tensors().values()) {
        bytes.merge(tensor.dtype().name(), tensor.byteSize(), Long::sum);
      }
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("tensors", files.tensors().size());
      facts.put("bytes_by_dtype", bytes);
      return facts;
    } catch (ModelFormatException e) {
      return Map.of("problem", e.getMessage());
    }
  }

  private static Map<String, Object> ggufWeights(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      Map<String, Long> bytes = new TreeMap<>();
      for (GgufTensor tensor : file.tensors().values()) {
        bytes.merge(tensor.type().name(), tensor.byteSize(), Long::sum);
      }
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("tensors", file.tensors().size());
      facts.put("bytes_by_dtype", bytes);
      return facts;
    }
  }

  /** Modules that an adapter can join, each with the shape of its matrix. */
  private List<Map<String, Object>> modules(Architecture architecture) {
    List<Map<String, Object>> modules = new ArrayList<>();
    modules.add(
        module(
            architecture.embedding().module(),
            architecture.vocabularySize(),
            architecture.hiddenSize()));
    for (LinearLayer layer : architecture.linearLayers()) {
      modules.add(module(layer.module(), layer.outputs(), layer.inputs()));
    }
    LinearLayer head = architecture.head().out();
    modules.add(module(head.module(), head.outputs(), head.inputs()));
    return modules;
  }

  private static Map<String, Object> module(String name, int outputs, int inputs) {
    Map<String, Object> module = new LinkedHashMap<>();
    module.put("name", name);
    module.put("shape", List.of(outputs, inputs));
    return module;
  }

  private static Map<String, Object> tokenizer(Path folder) {
    if (!GgufModel.isFile(folder) && !Files.exists(folder.resolve("tokenizer.json"))) {
      return Map.of("problem", "tokenizer.json is missing");
    }
    try (Tokenizer tokenizer = Tokenizer.load(folder)) {
      Map<String, Object> facts = new LinkedHashMap<>();
      facts.put("vocabulary_size", tokenizer.vocabularySize());
      facts.put("bos_token", token(tokenizer, tokenizer.bosId()));
      facts.put("eos_token", token(tokenizer, tokenizer.eosId()));
      facts.put("pad_token", token(tokenizer, tokenizer.padId()));
      facts.put("adds_bos", tokenizer.addsBos());
      facts.put("chat_template", ChatTemplate.load(folder).isPresent());
      return facts;
    }
  }

  private static String token(Tokenizer tokenizer, OptionalInt id) {
    return id.isPresent() ? tokenizer.tokenOf(id.getAsInt()) : null;
  }

  private static Map<String, Object> forecast(Architecture architecture, Settings settings) {
    DType dtype = PrecisionChoice.of(settings.text("precision").orElse("fp32"), "cpu");
    WeightFormat format = GenerationSettings.format(settings);
    Recompute[] recompute = {Recompute.NONE};
    settings.choice("recompute", Recompute.class, value -> recompute[0] = value);
    int[] batch = {8, Math.min(1024, architecture.maxPositions())};
    settings.integer("per_device_train_batch_size", value -> batch[0] = value);
    settings.integer("max_length", value -> batch[1] = value);
    LoraAdapter adapter = new LoraAdapter(SftJob.lora(settings), architecture);
    int[] documents = new int[batch[0]];
    Arrays.fill(documents, batch[1]);
    MemoryForecast forecast =
        MemoryForecast.of(
            architecture,
            adapter,
            dtype,
            format,
            AdamW.Settings.DEFAULT,
            MemorySettings.PLAIN,
            recompute[0],
            false,
            documents,
            CausalLmObjective.chunkScores(architecture),
            MemoryForecast.freshProcess());
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("is", "an estimate for LoRA, not a measurement");
    facts.put("precision", PrecisionChoice.name(dtype));
    facts.put("weights", format.lowerName());
    facts.put("recompute", recompute[0].name().toLowerCase(Locale.ROOT));
    facts.put("rows_at_once", batch[0]);
    facts.put("max_length", batch[1]);
    facts.put("trained_parameters", forecast.trainedParameters());
    facts.put("weights_mib", forecast.weights() >> 20);
    facts.put("streamed_weights_mib", streamed(architecture) * dtype.bytes() >> 20);
    facts.put("trained_mib", forecast.trained() >> 20);
    facts.put("activations_mib", forecast.activations() >> 20);
    facts.put("process_mib", forecast.process() >> 20);
    facts.put("total_mib", forecast.total() >> 20);
    return facts;
  }

  /** Numbers in memory at once where blocks are streamed: two of them, and what lies outside. */
  private static long streamed(Architecture architecture) {
    long inBlocks = 0;
    long largest = 0;
    for (BlockSpec block : architecture.blocks()) {
      long size = block.slots().stream().mapToLong(TensorSlot::elements).sum();
      inBlocks += size;
      largest = Math.max(largest, size);
    }
    return architecture.parameters() - inBlocks + Math.min(2 * largest, inBlocks);
  }

  private void print(String name, Object value, String indent) {
    if (value instanceof Map<?, ?> map) {
      console.out().println(indent + name + ":");
      map.forEach((key, each) -> print(String.valueOf(key), each, indent + "  "));
    } else if (name.equals("modules")) {
      console.out().println(indent + "modules (rows x columns, how many; named by the last step):");
      byLeaf((List<?>) value)
          .forEach((leaf, text) -> console.out().println(indent + "  " + leaf + ": " + text));
    } else {
      console.out().println(indent + name + ": " + value);
    }
  }

  /** The modules of each last step: shapes of the first, how many, and its whole path. */
  private static Map<String, String> byLeaf(List<?> modules) {
    Map<String, List<Map<?, ?>>> leaves = new LinkedHashMap<>();
    for (Object module : modules) {
      Map<?, ?> each = (Map<?, ?>) module;
      String path = String.valueOf(each.get("name"));
      String leaf = path.substring(path.lastIndexOf('.') + 1);
      leaves.computeIfAbsent(leaf, key -> new ArrayList<>()).add(each);
    }
    Map<String, String> texts = new LinkedHashMap<>();
    leaves.forEach(
        (leaf, all) -> {
          List<?> shape = (List<?>) all.get(0).get("shape");
          texts.put(
              leaf,
              "%s x %s, %d (%s%s)"
                  .formatted(
                      shape.get(0),
                      shape.get(1),
                      all.size(),
                      all.get(0).get("name"),
                      all.size() > 1 ? ", …" : ""));
        });
    return texts;
  }
}
