package org.tune4j.engine.checkpoint;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.StorageException;

/**
 * The weights of a Hugging Face model folder: {@code model.safetensors}, or the shards that {@code
 * model.safetensors.index.json} lists. As in transformers the single file goes first when both are
 * there.
 *
 * <p>Opening checks every shard's header, that the index and the shards name the same tensors, and
 * that no shard lies outside the folder. Pickles ({@code .bin}, {@code .pt}) are never loaded.
 */
public final class SafetensorsFolder implements AutoCloseable {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private final Path folder;
  private final List<SafetensorsFile> files = new ArrayList<>();
  private final Map<String, SafetensorsFile> fileOf = new LinkedHashMap<>();
  private final Map<String, TensorInfo> tensors = new LinkedHashMap<>();

  private SafetensorsFolder(Path folder) {
    this.folder = folder;
  }

  /**
   * Opens the weights of a folder.
   *
   * @throws ModelFormatException if the folder has no safetensors weights, or they are not valid
   * @throws StorageException if a file cannot be read
   */
  public static SafetensorsFolder open(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new ModelFormatException(folder + ": no such folder; expected a model folder");
    }
    SafetensorsFolder model = new SafetensorsFolder(folder);
    try {
      if (Files.exists(folder.resolve(SINGLE))) {
        model.add(SafetensorsFile.open(folder.resolve(SINGLE)));
      } else if (Files.exists(folder.resolve(INDEX))) {
        model.addShards(ShardIndex.read(folder.resolve(INDEX)));
      } else {
        throw noWeights(folder);
      }
      return model;
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  private static ModelFormatException noWeights(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(Pickles::isPickle)
          .sorted()
          .findFirst()
          .map(Pickles::refusal)
          .orElseGet(
              () ->
                  new ModelFormatException(
                      folder + ": no weights; expected " + SINGLE + " or " + INDEX));
    } catch (IOException | UncheckedIOException e) {
      throw new StorageException(folder + ": cannot be listed: " + e.getMessage(), e);
    }
  }

  private void addShards(ShardIndex index) {
    for (String shard : index.shards()) {
      Path path = folder.resolve(shard);
      if (!Files.exists(path)) {
        throw new ModelFormatException(
            index.path() + ": shard " + shard + " is listed but is not in the folder; get it too");
      }
      SafetensorsFile file = SafetensorsFile.open(path);
      add(file);
      index.check(file);
    }
  }

  private void add(SafetensorsFile file) {
    files.add(file);
    tensors.putAll(file.tensors());
    for (String name : file.tensors().keySet()) {
      fileOf.put(name, file);
    }
  }

  /** All tensors by name, shard after shard; offsets count within a tensor's own file. */
  public Map<String, TensorInfo> tensors() {
    return Collections.unmodifiableMap(tensors);
  }

  /**
   * Fills {@code dst} up to its limit with bytes of a tensor.
   *
   * @see SafetensorsFile#read
   */
  public void read(String name, long offset, ByteBuffer dst) {
    SafetensorsFile file = fileOf.get(name);
    if (file == null) {
      throw new ModelFormatException(folder + ": there is no tensor '" + name + "' in this model");
    }
    file.read(name, offset, dst);
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
