package org.tune4j.engine.model;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.gguf.hub.GgufTokenizer;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * What lies in a model folder beside its weights: configuration, generation settings, tokenizer,
 * chat template, licence. Copied from the folder that a model came from, or made of what its GGUF
 * file says.
 */
final class HubSideFiles {
  static final String CONFIG = "config.json";
  static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private static final String GENERATION = "generation_config.json";
  private static final int MOST_MEBIBYTES_OF_CONFIG = 16;

  private static final List<String> COPIED =
      List.of(
          GENERATION,
          "tokenizer.json",
          "tokenizer_config.json",
          "tokenizer.model",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "vocab.txt",
          "merges.txt",
          "spiece.model",
          "sentencepiece.bpe.model",
          "chat_template.jinja",
          "chat_template.json",
          "LICENSE",
          "LICENSE.md",
          "LICENSE.txt",
          "NOTICE");

  /** What transformers takes from {@code config.json} where there are no generation settings. */
  private static final List<String> GENERATION_FIELDS =
      List.of("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id");

  /** What transformers calls the language models of families that GGUF files hold. */
  private static final Map<String, String> CLASSES =
      Map.ofEntries(
          Map.entry("deepseek_v2", "DeepseekV2ForCausalLM"),
          Map.entry("deepseek_v3", "DeepseekV3ForCausalLM"),
          Map.entry("gemma2", "Gemma2ForCausalLM"),
          Map.entry("gpt2", "GPT2LMHeadModel"),
          Map.entry("llama", "LlamaForCausalLM"),
          Map.entry("mistral", "MistralForCausalLM"),
          Map.entry("mixtral", "MixtralForCausalLM"),
          Map.entry("phi3", "Phi3ForCausalLM"),
          Map.entry("qwen2", "Qwen2ForCausalLM"),
          Map.entry("qwen2_moe", "Qwen2MoeForCausalLM"),
          Map.entry("qwen3", "Qwen3ForCausalLM"));

  private static final Map<DType, String> TORCH_NAMES =
      Map.of(
          DType.FLOAT32, "float32",
          DType.FLOAT64, "float64",
          DType.FLOAT16, "float16",
          DType.BFLOAT16, "bfloat16");

  private HubSideFiles() {}

  /**
   * Writes them.
   *
   * @param tokenizer the model's; empty for that of {@code source}
   * @param vocabulary how many tokens the model has
   * @param givenHead the head that the model has in place of that of {@code source}
   * @param stored the element type that most numbers of the weights are stored in
   * @param chosen whether that is another than the source's
   */
  static void write(
      NewFolder target,
      Path source,
      Optional<Tokenizer> tokenizer,
      int vocabulary,
      Optional<GivenHead> givenHead,
      DType stored,
      boolean chosen)
      throws IOException {
    boolean gguf = GgufModel.isFile(source);
    ObjectNode read =
        gguf ? ggufConfig(source) : JsonFile.read(source.resolve(CONFIG), MOST_MEBIBYTES_OF_CONFIG);
    ObjectNode config = givenHead.map(h -> Architectures.withHead(read, h.task())).orElse(read);
    String architecture =
        gguf && givenHead.isEmpty() ? CLASSES.get(config.path("model_type").asText()) : null;
    if (architecture != null) {
      config.putArray("architectures").add(architecture);
    }
    // The weights that are written are plain ones.
    boolean quantised = config.remove("quantization_config") != null;
    boolean grown = config.path("vocab_size").asInt() != vocabulary;
    if (grown) {
      config.put("vocab_size", vocabulary);
    }
    boolean changed = quantised || grown || givenHead.isPresent();
    boolean named = config.has("dtype") || config.has("torch_dtype");
    if (chosen || !named) {
      config.put(config.has("dtype") ? "dtype" : "torch_dtype", TORCH_NAMES.get(stored));
      changed = true;
    }
    target.write(
        CONFIG,
        gguf || changed
            ? JSON.writeValueAsBytes(config)
            : Files.readAllBytes(source.resolve(CONFIG)));
    if (tokenizer.isPresent()) {
      tokenizer.get().writeTo(target);
    } else if (gguf) {
      writeTokenizer(target, source);
    }
    if (!gguf) {
      copy(target, source, tokenizer.isPresent() ? Tokenizer.FILES : Set.of());
    }
    if (gguf || !Files.isRegularFile(source.resolve(GENERATION))) {
      writeGeneration(target, config);
    }
  }

  private static void copy(NewFolder target, Path source, Set<String> written) throws IOException {
    for (String name : COPIED) {
      Path file = source.resolve(name);
      if (!written.contains(name) && Files.isRegularFile(file)) {
        target.write(name, Files.readAllBytes(file));
      }
    }
  }

  private static void writeTokenizer(NewFolder target, Path source) throws IOException {
    Optional<GgufTokenizer> tokenizer = GgufTokenizer.find(source);
    if (tokenizer.isPresent()) {
      target.write("tokenizer.json", JSON.writeValueAsBytes(tokenizer.get().tokenizer()));
      target.write("tokenizer_config.json", JSON.writeValueAsBytes(tokenizer.get().config()));
    }
  }

  private static void writeGeneration(NewFolder target, ObjectNode config) throws IOException {
    ObjectNode generation = JsonNodeFactory.instance.objectNode();
    for (String field : GENERATION_FIELDS) {
      if (config.hasNonNull(field)) {
        generation.set(field, config.get(field));
      }
    }
    if (!generation.isEmpty()) {
      generation.put("_from_model_config", true);
      target.write(GENERATION, JSON.writeValueAsBytes(generation));
    }
  }

  /** What a GGUF file says in the place of a {@code config.json}. */
  static ObjectNode ggufConfig(Path file) {
    try (GgufModel model = GgufModel.open(file)) {
      return model.config();
    }
  }
}
