package org.tune4j.engine.checkpoint;

import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.tune4j.engine.ConfigException;

/**
 * Writes the weights of a Hugging Face model folder: {@code model.safetensors} where they fit into
 * one file, or else {@code model-00001-of-0000N.safetensors} and {@code
 * model.safetensors.index.json}, divided as transformers divides them.
 */
public final class SafetensorsShards {
  /** The largest shard that the hub's own tools make, 5 GB. */
  public static final long USUAL_BYTES = 5_000_000_000L;

  private static final int MOST_SHARDS = 99_999;
  private static final Map<String, String> METADATA = Map.of("format", "pt");
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private SafetensorsShards() {}

  /**
   * Writes all weights of a folder.
   *
   * @param tensors in the order in which they are laid into shards
   * @param maxShardSize the most bytes of tensors in a file; a tensor that is larger gets a file of
   *     its own
   * @throws ConfigException if the size is not positive, or would need 100,000 shards or more
   */
  public static void write(NewFolder folder, List<TensorToWrite> tensors, long maxShardSize)
      throws IOException {
    List<List<TensorToWrite>> shards = divided(tensors, maxShardSize);
    if (shards.size() == 1) {
      folder.write(SafetensorsFolder.SINGLE, METADATA, shards.get(0));
      return;
    }
    if (shards.size() > MOST_SHARDS) {
      throw new ConfigException(
          "max_shard_size: wanted one that gives at most "
              + MOST_SHARDS
              + " files, found "
              + maxShardSize
              + " bytes, which give "
              + shards.size());
    }
    Map<String, String> shardOf = new TreeMap<>();
    for (int i = 0; i < shards.size(); i++) {
      String name =
          String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
      folder.write(name, METADATA, shards.get(i));
      shards.get(i).forEach(tensor -> shardOf.put(tensor.name(), name));
    }
    folder.write(SafetensorsFolder.INDEX, index(tensors, shardOf));
  }

  /**
   * Divides tensors; one that is larger than a shard goes before the shard that is being filled.
   */
  static List<List<TensorToWrite>> divided(List<TensorToWrite> tensors, long maxShardSize) {
    if (maxShardSize < 1) {
      throw new ConfigException("max_shard_size: wanted at least 1 byte, found " + maxShardSize);
    }
    List<List<TensorToWrite>> shards = new ArrayList<>();
    List<TensorToWrite> filling = new ArrayList<>();
    long filled = 0;
    for (TensorToWrite tensor : tensors) {
      long size = tensor.byteSize();
      if (size > maxShardSize) {
        shards.add(List.of(tensor));
        continue;
      }
      if (filled + size > maxShardSize) {
        shards.add(filling);
        filling = new ArrayList<>();
        filled = 0;
      }
      filling.add(tensor);
      filled += size;
    }
    if (!filling.isEmpty() || shards.isEmpty()) {
      shards.add(filling);
    }
    return shards;
  }

  private static byte[] index(List<TensorToWrite> tensors, Map<String, String> shardOf)
      throws IOException {
    long numbers = tensors.stream().mapToLong(SafetensorsShards::elements).sum();
    long bytes = tensors.stream().mapToLong(TensorToWrite::byteSize).sum();
    Map<String, Object> metadata = new TreeMap<>();
    metadata.put("total_parameters", numbers);
    metadata.put("total_size", bytes);
    Map<String, Object> index = new TreeMap<>();
    index.put("metadata", metadata);
    index.put("weight_map", shardOf);
    return JSON.writeValueAsBytes(index);
  }

  private static long elements(TensorToWrite tensor) {
    long elements = 1;
    for (long dimension : tensor.shape()) {
      elements *= dimension;
    }
    return elements;
  }
}
