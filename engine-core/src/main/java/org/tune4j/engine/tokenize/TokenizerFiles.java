package org.tune4j.engine.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.checkpoint.JsonFile;

/**
 * The JSON files of a tokenizer folder, as transformers 4 and 5 write them.
 *
 * @param folder where they lie
 * @param tokenizer path of tokenizer.json
 * @param content its bytes
 */
record TokenizerFiles(Path folder, Path tokenizer, byte[] content) {
  static final JsonMapper JSON = new JsonMapper();

  private static final int MOST_MEBIBYTES_OF_TOKENIZER = 256;
  private static final int MOST_MEBIBYTES_OF_OTHERS = 16;

  static TokenizerFiles read(Path folder) {
    Path tokenizer = folder.resolve("tokenizer.json");
    if (!Files.isRegularFile(tokenizer)) {
      throw new ModelFormatException(
          folder
              + ": there is no tokenizer.json; save the tokenizer again with transformers'"
              + " AutoTokenizer.from_pretrained(...).save_pretrained(...), which writes one");
    }
    return new TokenizerFiles(
        folder, tokenizer, JsonFile.bytes(tokenizer, MOST_MEBIBYTES_OF_TOKENIZER));
  }

  ObjectNode tokenizerJson() {
    return JsonFile.parse(tokenizer, content);
  }

  String sha256() {
    return Sha256.hex(content);
  }

  /** A file beside tokenizer.json; missing node where the folder has none. */
  JsonNode optional(String name) {
    Path path = folder.resolve(name);
    return Files.exists(path)
        ? JsonFile.read(path, MOST_MEBIBYTES_OF_OTHERS)
        : MissingNode.getInstance();
  }
}
