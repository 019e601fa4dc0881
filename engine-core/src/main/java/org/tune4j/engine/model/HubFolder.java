package org.tune4j.engine.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Sha256;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.NewFolder;
import org.tune4j.engine.checkpoint.SafetensorsFolder;
import org.tune4j.engine.checkpoint.SafetensorsShards;
import org.tune4j.engine.checkpoint.TensorInfo;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.gguf.hub.GgufModel;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.Tensor;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.Tokenizer;

/**
 * Writes a Hugging Face model folder: weights with the tensors' hub names, and what belongs to a
 * model besides.
 */
public final class HubFolder {
  private HubFolder() {}

  /**
   * Writes a model with the head that its folder has, in shards of the usual size.
   *
   * @see #write(NewFolder, Path, Optional, Architecture, Function, Optional, Optional, long)
   */
  public static void write(
      NewFolder target,
      Path source,
      Architecture architecture,
      Function<TensorSlot, Tensor> weights,
      Optional<DType> dtype)
      throws IOException {
    long usual = SafetensorsShards.USUAL_BYTES;
    write(target, source, Optional.empty(), architecture, weights, Optional.empty(), dtype, usual);
  }

  /**
   * Writes a model. A tied output layer is not written a second time.
   *
   * @param source the folder or GGUF file that the model was loaded from
   * @param tokenizer the model's; empty for that of {@code source}
   * @param weights gives the tensor of a slot
   * @param givenHead the head that the model has in place of that of {@code source}
   * @param dtype the element type of tensors in the files, but for what the model keeps in fp32;
   *     empty for the one that each has in {@code source}
   * @param maxShardSize the most bytes of weights in a file; usually {@link
   *     SafetensorsShards#USUAL_BYTES}
   */
  public static void write(
      NewFolder target,
      Path source,
      Optional<Tokenizer> tokenizer,
      Architecture architecture,
      Function<TensorSlot, Tensor> weights,
      Optional<GivenHead> givenHead,
      Optional<DType> dtype,
      long maxShardSize)
      throws IOException {
    Map<String, DType> types = dtype.isPresent() ? Map.of() : storedTypes(source, architecture);
    Set<TensorSlot> exact = architecture.fp32Modules().isEmpty() ? Set.of() : architecture.exact();
    Map<DType, Long> numbers = new EnumMap<>(DType.class);
    try (TensorScope work = TensorScope.open()) {
      List<TensorToWrite> tensors = new ArrayList<>();
      for (TensorSlot slot : architecture.slots()) {
        for (TensorSlot.Part part : slot.parts()) {
          Tensor tensor = part.of(weights.apply(slot), work);
          DType stored =
              dtype
                  .map(type -> Weights.held(type, exact.contains(slot)))
                  .orElseGet(() -> types.get(part.name()));
          tensors.add(StoredTensors.toWrite(part.name(), tensor, stored, part.sizes()));
          numbers.merge(stored, part.elements(), Long::sum);
        }
      }
      SafetensorsShards.write(target, tensors, maxShardSize);
    }
    DType most = Collections.max(numbers.entrySet(), Map.Entry.comparingByValue()).getKey();
    HubSideFiles.write(
        target,
        source,
        tokenizer,
        architecture.vocabularySize(),
        givenHead,
        most,
        dtype.isPresent());
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
                // What numbers of fewer bits and their scales make is written as bf16.
                boolean quantised =
                    ScaledFloat8.is(info) || BitsandbytesMatrix.is(inFile, files.tensors());
                types.put(name, quantised ? DType.BFLOAT16 : StoredTensors.dtype(info.dtype()));
              });
      return types;
    }
  }

  static String configSha256(Path folder) {
    Path file = folder.resolve(HubSideFiles.CONFIG);
    try {
      if (GgufModel.isFile(folder)) {
        return Sha256.hex(HubSideFiles.JSON.writeValueAsBytes(HubSideFiles.ggufConfig(folder)));
      }
      return Sha256.hex(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new StorageException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }
}
