package org.tune4j.engine.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.model.Architecture;

/**
 * The model families that can be loaded: {@code model_type} of config.json to the class that
 * describes it.
 */
public final class Architectures {
  private static final Map<String, Function<ConfigJson, Architecture>> FAMILIES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("bert", Bert::describe),
              Map.entry("deepseek_v2", DeepSeek::describeV2),
              Map.entry("deepseek_v3", DeepSeek::describeV3),
              Map.entry("gemma2", Gemma2::describe),
              Map.entry("gpt2", Gpt2::describe),
              Map.entry("gpt_neox", GptNeoX::describe),
              Map.entry("llama", Llama::describe),
              Map.entry("mistral", Mistral::describe),
              Map.entry("mixtral", Mixtral::describe),
              Map.entry("phi3", Phi3::describe),
              Map.entry("qwen2", Qwen2::describe),
              Map.entry("qwen2_moe", Qwen2Moe::describe),
              Map.entry("qwen3", Qwen3::describe),
              Map.entry("roberta", Bert::describeRoberta),
              Map.entry("xlm-roberta", Bert::describeRoberta)));

  private Architectures() {}

  /** The {@code model_type}s that can be loaded. */
  public static List<String> supported() {
    return List.copyOf(FAMILIES.keySet());
  }

  /** Describes the model in a folder from its {@code config.json}, or that in a GGUF file. */
  public static Architecture read(Path folder) {
    if (GgufModel.isFile(Objects.requireNonNull(folder, "folder"))) {
      try (GgufModel file = GgufModel.open(folder)) {
        return describe(folder, file.config());
      }
    }
    return describe(ConfigJson.read(folder.resolve("config.json")));
  }

  /** Describes a model from the content of a {@code config.json}. */
  public static Architecture describe(Path file, JsonNode content) {
    return describe(new ConfigJson(file, content));
  }

  private static Architecture describe(ConfigJson config) {
    String type = config.text("model_type");
    Function<ConfigJson, Architecture> family = FAMILIES.get(type);
    if (family == null) {
      throw new ModelFormatException(
          config.file()
              + ": model_type "
              + Shortened.text(type)
              + " is not supported; supported are "
              + supported());
    }
    Architecture described = family.apply(config);
    return described.isCausal() ? Labels.onDecoder(config, described) : described;
  }
}
