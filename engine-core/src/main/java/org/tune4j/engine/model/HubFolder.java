package org.tune4j.engine.model;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.JsonFile;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.gguf.hub.GgufTokenizer;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;

/**
 * Writes a Hugging Face model folder: {@code model.safetensors} with the tensors' hub names, and
 * what belongs to a model besides, copied from the folder that it came from or made of what the
 * GGUF file says that it came from.
 */
public final class HubFolder {
  private static final String CONFIG = "config.json";
  private static final int MOST_MEBIBYTES_OF_CONFIG = 16;

  /** Everything of a model folder but its weights. */
  private static final List<String> COPIED =
      List.of(
          CONFIG,
          "generation_config.json",
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
          "chat_template.json");

  private static final Map<DType, String> TORCH_NAMES =
      Map.of(
          DType.FLOAT32, "float32",
          DType.FLOAT64, "float64",
          DType.FLOAT16, "float16",
          DType.BFLOAT16, "bfloat16");

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private HubFolder() {}

  /**
   * Writes a model with the head that its folder has.
   *
   * @see #write(NewFolder, Path, Architecture, Function, Optional, Optional)
   */
  public static void write(
      NewFolder target,
      Path source,
      Architecture architecture,
      Function<TensorSlot, Tensor> weights,
      Optional<DType> dtype)
      throws IOException {
    write(target, source, architecture, weights, Optional.empty(), dtype);
  }

  /**
   * Writes a model. A tied output layer is not written a second time.
   *
   * @param source the folder that the model was loaded from
   * @param weights gives the tensor of a slot
   * @param givenHead the head that the model has in place of that of {@code source}
   * @param dtype the element type of all tensors in the file; empty for the one that each has in
   *     {@code source}
   */
  public static void write(
      NewFolder target,
      Path source,
      Architecture architecture,
      Function<TensorSlot, Tensor> weights,
      Optional<GivenHead> givenHead,
      Optional<DType> dtype)
      throws IOException {
    Map<String, DType> types = dtype.isPresent() ? Map.of() : storedTypes(source, architecture);
    try (TensorScope work = TensorScope.open()) {
      List<TensorToWrite> tensors = new ArrayList<>();
      for (TensorSlot slot : architecture.slots()) {
        for (TensorSlot.Part part : slot.parts()) {
          Tensor tensor = part.of(weights.apply(slot), work);
          DType stored = dtype.orElseGet(() -> types.get(part.name()));
          tensors.add(StoredTensors.toWrite(part.name(), tensor, stored, part.sizes()));
        }
      }
      target.write("model.safetensors", Map.of("format", "pt"), tensors);
    }
    if (GgufModel.isFile(source)) {
      writeBesides(target, source, dtype);
      return;
    }
    for (String name : COPIED) {
      Path file = source.resolve(name);
      if (Files.isRegularFile(file)) {
        target.write(
            name, name.equals(CONFIG) ? config(file, givenHead, dtype) : Files.readAllBytes(file));
      }
    }
  }

  /** What a GGUF file says of the model and its tokenizer, as files. */
  private static void writeBesides(NewFolder target, Path source, Optional<DType> dtype)
      throws IOException {
    ObjectNode config = ggufConfig(source);
    dtype.ifPresent(type -> config.put("torch_dtype", TORCH_NAMES.get(type)));
    target.write(CONFIG, JSON.writeValueAsBytes(config));
    Optional<GgufTokenizer> tokenizer = GgufTokenizer.find(source);
    if (tokenizer.isPresent()) {
      target.write("tokenizer.json", JSON.writeValueAsBytes(tokenizer.get().tokenizer()));
      target.write("tokenizer_config.json", JSON.writeValueAsBytes(tokenizer.get().config()));
    }
  }

  /** What a GGUF file says in the place of a {@code config.json}. */
  static ObjectNode ggufConfig(Path file) {
    try (GgufModel model = GgufModel.open(file)) {
      return model.config();
    }
  }

  /**
   * The element type that each tensor of a model has in a folder's files, or that holds what a GGUF
   * file has, by its hub name.
   */
  public static Map<String, DType> storedTypes(Path folder, Architecture architecture) {
    if (GgufModel.isFile(folder)) {
      return GgufWeights.storedTypes(folder, architecture);
    }
    try (SafetensorsFolder files = SafetensorsFolder.open(folder)) {
      Map<String, DType> types = new LinkedHashMap<>();
      Weights.namesInFile(architecture, files.tensors().keySet())
          .forEach(
              (name, inFile) -> {
                TensorInfo info = files.tensors().get(inFile);
                if (info == null) {
                  throw new ModelFormatException(folder + ": tensor " + inFile + " is missing");
                }
                // What 8-bit numbers and their scales make is written as bf16.
                types.put(
                    name,
                    ScaledFloat8.is(info) ? DType.BFLOAT16 : StoredTensors.dtype(info.dtype()));
              });
      return types;
    }
  }

  static String configSha256(Path folder) {
    Path file = folder.resolve(CONFIG);
    try {
      if (GgufModel.isFile(folder)) {
        return Sha256.hex(JSON.writeValueAsBytes(ggufConfig(folder)));
      }
      return Sha256.hex(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /**
   * The configuration of plain weights, with the head that the model has, and another element type
   * under the name that it uses for it.
   */
  private static byte[] config(Path from, Optional<GivenHead> givenHead, Optional<DType> dtype)
      throws IOException {
    ObjectNode read = JsonFile.read(from, MOST_MEBIBYTES_OF_CONFIG);
    ObjectNode config = givenHead.map(h -> Architectures.withHead(read, h.task())).orElse(read);
    boolean quantised = config.remove("quantization_config") != null;
    dtype.ifPresent(
        type -> config.put(config.has("dtype") ? "dtype" : "torch_dtype", TORCH_NAMES.get(type)));
    return quantised || dtype.isPresent() || givenHead.isPresent()
        ? JSON.writeValueAsBytes(config)
        : Files.readAllBytes(from);
  }
}
