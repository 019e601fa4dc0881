package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
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
      TokenizerReader reader = new TokenizerReader(ModelHeader.of(file).file().metadata());
      return new GgufTokenizer(reader.tokenizer(), reader.config());
    }
  }

  /** The same; empty where a file has no tokenizer. */
  public static Optional<GgufTokenizer> find(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      if (!file.metadata().has("tokenizer.ggml.model")) {
        return Optional.empty();
      }
    }
    return Optional.of(read(path));
  }

  /** Reads its configuration alone, which takes less time; see {@link #read}. */
  public static ObjectNode readConfig(Path path) {
    try (GgufFile file = GgufFile.open(path)) {
      return new TokenizerReader(ModelHeader.of(file).file().metadata()).config();
    }
  }
}
