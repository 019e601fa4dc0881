package org.tune4j.engine.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.gguf.hub.GgufModelFile;
import org.tune4j.engine.gguf.hub.GgufTokenizer;
import org.tune4j.engine.gguf.hub.Precision;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.chat.ChatTemplateFiles;

/**
 * Writes a model as one GGUF file, its tokenizer and chat template in it, in the form that
 * llama.cpp reads.
 */
public final class GgufExport {
  private static final int MOST_MEBIBYTES_OF_CONFIG = 16;
  private static final int MOST_MEBIBYTES_OF_TOKENIZER = 256;

  private GgufExport() {}

  /**
   * Writes a model. A tied output layer is not written a second time; a folder without {@code
   * tokenizer.json} gives a file without a tokenizer.
   *
   * @param target the folder to write into
   * @param name of the file, which ends in {@code .gguf}
   * @param source the folder or GGUF file that the model was loaded from
   * @param weights gives the tensor of a slot
   * @throws ModelFormatException if its family, its tokenizer or something that its configuration
   *     says has no place in a GGUF file
   * @throws org.tune4j.engine.ConfigException if a number does not fit the precision
   */
  public static void write(
      NewFolder target,
      String name,
      Path source,
      Architecture architecture,
      Function<TensorSlot, Tensor> weights,
      Precision precision)
      throws IOException {
    boolean gguf = GgufModel.isFile(source);
    Path configFile = gguf ? source : source.resolve("config.json");
    JsonNode config =
        gguf
            ? HubSideFiles.ggufConfig(source)
            : JsonFile.read(configFile, MOST_MEBIBYTES_OF_CONFIG);
    GgufModelFile file = new GgufModelFile(configFile, config);
    tokenizer(file, source, gguf);
    String title = source.toAbsolutePath().normalize().getFileName().toString();
    Path written = target.path().resolve(name);
    try (TensorScope work = TensorScope.open()) {
      target.write(
          name,
          file.content(
              written, title, precision, GgufWeights.toWrite(architecture, weights, work)));
    }
    requireSame(configFile, architecture, Architectures.read(written));
  }

  private static void tokenizer(GgufModelFile file, Path source, boolean gguf) {
    Path json = gguf ? source : source.resolve("tokenizer.json");
    Optional<ObjectNode> content =
        gguf
            ? GgufTokenizer.find(source).map(GgufTokenizer::tokenizer)
            : Optional.of(json)
                .filter(Files::exists)
                .map(found -> JsonFile.read(found, MOST_MEBIBYTES_OF_TOKENIZER));
    if (content.isPresent()) {
      ChatTemplateFiles chat = new ChatTemplateFiles(source);
      file.tokenizer(json, content.get(), chat.tokens(), chat.text());
    }
  }

  /** Whatever changes numbers and is not in the file would be lost without a word. */
  private static void requireSame(Path config, Architecture wanted, Architecture found) {
    String lost =
        !wanted.blocks().equals(found.blocks())
            ? "attention, positions, norms or feed-forward parts of its blocks"
            : !wanted.embedding().equals(found.embedding())
                ? "its embedding"
                : !wanted.head().equals(found.head())
                        || !wanted.finalNorm().equals(found.finalNorm())
                    ? "its last norm or output layer"
                    : wanted.maxPositions() != found.maxPositions() ? "its longest text" : null;
    if (lost != null) {
      throw new ModelFormatException(
          config
              + ": what it says about "
              + lost
              + " has no place in a GGUF file of this architecture, and the model would be another"
              + difference(wanted, found));
    }
  }

  private static String difference(Architecture wanted, Architecture found) {
    for (int i = 0; i < Math.min(wanted.blocks().size(), found.blocks().size()); i++) {
      if (!wanted.blocks().get(i).equals(found.blocks().get(i))) {
        return ": block %d is %s, in the file %s"
            .formatted(i, wanted.blocks().get(i).attention(), found.blocks().get(i).attention());
      }
    }
    return "";
  }
}
