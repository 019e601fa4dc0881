package org.tune4j.engine.tokenize;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.StorageException;

/**
 * The JSON files of a tokenizer folder, as transformers 4 and 5 write them.
 *
 * @param folder where they lie
 * @param tokenizer path of tokenizer.json
 * @param content its bytes
 */
record TokenizerFiles(Path folder, Path tokenizer, byte[] content) {
  static final JsonMapper JSON = new JsonMapper();

  static TokenizerFiles read(Path folder) {
    Path tokenizer = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(tokenizer)) {
      throw new ModelFormatException(
          folder
              + ": there is no tokenizer.json; save the tokenizer again with transformers'"
              + " AutoTokenizer.from_pretrained(...).save_pretrained(...), which writes one");
    }
    return new TokenizerFiles(folder, tokenizer, bytes(tokenizer));
  }

  JsonNode tokenizerJson() {
    return parse(tokenizer, content);
  }

  String sha256() {
    return Sha256.hex(content);
  }

  /** A file beside tokenizer.json; missing node where the folder has none. */
  JsonNode optional(String name) {
    Path path = folder.resolve(name);
    return Files.exists(path) ? parse(path, bytes(path)) : MissingNode.getInstance();
  }

  private static byte[] bytes(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }

  private static JsonNode parse(Path path, byte[] content) {
    try {
      return JSON.readTree(content);
    } catch (JacksonException e) {
      throw new ModelFormatException(path + ": not valid JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new StorageException(path + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
