package org.tune4j.engine.tokenize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.gguf.hub.GgufTokenizer;

/**
 * The JSON files of a tokenizer folder, as transformers 4 and 5 write them, or what a GGUF file
 * says in their place.
 *
 * @param folder where they lie
 * @param tokenizer path of tokenizer.json
 * @param content its bytes
 * @param config content of tokenizer_config.json; missing node where there is none
 * @param specialTokens content of special_tokens_map.json; missing node where there is none
 */
record TokenizerFiles(
    Path folder, Path tokenizer, byte[] content, JsonNode config, JsonNode specialTokens) {
  static final JsonMapper JSON = new JsonMapper();

  private static final int MOST_MEBIBYTES_OF_TOKENIZER = 256;
  private static final int MOST_MEBIBYTES_OF_OTHERS = 16;

  static TokenizerFiles read(Path folder) {
    if (GgufModel.isFile(Objects.requireNonNull(folder, "folder"))) {
      return ofGguf(folder);
    }
    Path tokenizer = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(tokenizer)) {
      throw new ModelFormatException(
          folder
              + ": there is no tokenizer.json; save the tokenizer again with transformers'"
              + " AutoTokenizer.from_pretrained(...).save_pretrained(...), which writes one");
    }
    return new TokenizerFiles(
        folder,
        tokenizer,
        JsonFile.bytes(tokenizer, MOST_MEBIBYTES_OF_TOKENIZER),
        optional(folder.resolve("tokenizer_config.json")),
        optional(folder.resolve("special_tokens_map.json")));
  }

  /**
   * The same with further tokens, as transformers' {@code add_tokens} adds them.
   *
   * @param first the id of the first
   */
  TokenizerFiles with(List<String> tokens, int first) {
    ObjectNode json = tokenizerJson();
    ArrayNode added = json.withArray("added_tokens");
    for (int i = 0; i < tokens.size(); i++) {
      added
          .addObject()
          .put("id", first + i)
          .put("content", tokens.get(i))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", true)
          .put("special", false);
    }
    try {
      byte[] grown = JSON.writeValueAsBytes(json);
      return new TokenizerFiles(folder, tokenizer, grown, config, specialTokens);
    } catch (JsonProcessingException e) {
      throw new EngineBugException("a JSON object in memory is always written", e);
    }
  }

  /** What a GGUF file says in the place of these files. */
  private static TokenizerFiles ofGguf(Path file) {
    GgufTokenizer read = GgufTokenizer.read(file);
    try {
      byte[] content = JSON.writeValueAsBytes(read.tokenizer());
      return new TokenizerFiles(file, file, content, read.config(), MissingNode.getInstance());
    } catch (JsonProcessingException e) {
      throw new EngineBugException("a JSON object in memory is always written", e);
    }
  }

  ObjectNode tokenizerJson() {
    return JsonFile.parse(tokenizer, content);
  }

  String sha256() {
    return Sha256.hex(content);
  }

  private static JsonNode optional(Path path) {
    return Files.exists(path)
        ? JsonFile.read(path, MOST_MEBIBYTES_OF_OTHERS)
        : MissingNode.getInstance();
  }
}
