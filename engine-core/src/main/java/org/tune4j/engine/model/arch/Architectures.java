package org.tune4j.engine.model.arch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.NearestName;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.data.HeadTask;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.model.Architecture;

/**
 * The model families that can be loaded: {@code model_type} of config.json to the class that
 * describes it.
 */
public final class Architectures {
  private static final Logger LOG = LoggerFactory.getLogger(Architectures.class);

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
              Map.entry("olmo2", Olmo2::describe),
              Map.entry("phi3", Phi3::describe),
              Map.entry("qwen2", Qwen2::describe),
              Map.entry("qwen2_moe", Qwen2Moe::describe),
              Map.entry("qwen3", Qwen3::describe),
              Map.entry("roberta", Bert::describeRoberta),
              Map.entry("xlm-roberta", Bert::describeRoberta)));

  /** What some models compute otherwise with. */
  private static final Map<String, String> NOT_HANDLED =
      Map.of(
          "add_cross_attention", "there is no second model to attend to",
          "is_decoder", "encoders are not used as decoders",
          "router_jitter_noise", "routers are not disturbed in training",
          "use_bidirectional_attention", "decoders see nothing of what follows");

  /** What transformers drops in training, besides what an adapter drops. */
  private static final List<String> DROPOUTS =
      List.of(
          "attention_dropout",
          "attention_probs_dropout_prob",
          "attn_pdrop",
          "classifier_dropout",
          "embd_pdrop",
          "hidden_dropout",
          "hidden_dropout_prob",
          "resid_pdrop");

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

  /** Describes the model in a folder with a head for a task in place of its own. */
  public static Architecture read(Path folder, HeadTask task) {
    Path file = folder.resolve("config.json");
    return describe(file, Heads.write(ConfigJson.content(file), task))
        .ignoring(List.of("lm_head\\..*", "embed_out\\..*"));
  }

  /** The content of a {@code config.json} of the same model with a head for a task. */
  public static ObjectNode withHead(ObjectNode config, HeadTask task) {
    return Heads.write(config, task);
  }

  /**
   * What the head of a model says, from the content of its {@code config.json}; empty if it says
   * the next token.
   *
   * @throws ModelFormatException if it is a head of labels that is not known
   */
  public static Optional<HeadTask> task(Path file, ObjectNode config) {
    return Heads.task(new ConfigJson(file, config));
  }

  /** What the head of the model in a folder says; empty if it says the next token. */
  public static Optional<HeadTask> task(Path folder) {
    return GgufModel.isFile(folder)
        ? Optional.empty()
        : Heads.task(ConfigJson.read(folder.resolve("config.json")));
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
          "%s: model_type %s is not supported; the nearest is %s, supported are %s"
              .formatted(
                  config.file(),
                  Shortened.text(type),
                  NearestName.of(type, supported()),
                  supported()));
    }
    NOT_HANDLED.forEach(config::refuseActive);
    refuseQuantised(config);
    DROPOUTS.stream()
        .filter(config::isActive)
        .forEach(field -> LOG.warn("{}: {} is not applied in training", config.file(), field));
    Architecture described = family.apply(config);
    return described.isCausal() ? Heads.onDecoder(config, described) : described;
  }

  /** Of quantised weights, those that DeepSeek-V3 has are known, and those of bitsandbytes. */
  private static void refuseQuantised(ConfigJson config) {
    ConfigJson quantised = config.object("quantization_config");
    if (quantised != null) {
      quantised.requireOneOf("quant_method", "fp8", "bitsandbytes");
      if (quantised.text("quant_method", "").equals("bitsandbytes")) {
        if (quantised.has("bnb_4bit_quant_storage")) {
          quantised.requireOneOf("bnb_4bit_quant_storage", "uint8");
        }
        return;
      }
      quantised.requireOneOf("fmt", "e4m3");
      if (!quantised.has("weight_block_size")
          || !quantised.numbers("weight_block_size", 2).equals(List.of(128.0, 128.0))) {
        quantised.refuse("weight_block_size", "known is [128, 128]");
      }
    }
  }
}
