package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.gguf.GgufFile;

/**
 * The tokenizer in a GGUF file as the hub has it: byte pairs ({@code gpt2}) or scored pieces with
 * bytes for what they cannot write ({@code llama}).
 *
 * @param tokenizer the content of a {@code tokenizer.json}
 * @param config the content of a {@code tokenizer_config.json}, the chat template in it
 */
public record GgufTokenizer(ObjectNode tokenizer, ObjectNode config) {
  /**
   * Reads the tokenizer of a file; no tensor is read.
   *
   * @throws ModelFormatException if the file has none, or one of a kind that is not known
   * @throws org.tune4j.engine.StorageException if it cannot be read
   */
  public static GgufTokenizer read(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      return new TokenizerReader(file.metadata()).tokenizer();
    }
  }
}
