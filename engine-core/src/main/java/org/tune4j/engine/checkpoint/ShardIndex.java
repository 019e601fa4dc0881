package org.tune4j.engine.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;

/** The {@code weight_map} of a sharded model: which file holds which tensor. */
final class ShardIndex {
  private static final int MOST_MEBIBYTES = 64;
  private static final Pattern PLAIN_NAME = Pattern.compile("[^/\\\\:\\p{Cntrl}]+\\.safetensors");

  private final Path path;
  private final Map<String, String> shardOf;

  private ShardIndex(Path path, Map<String, String> shardOf) {
    this.path = path;
    this.shardOf = shardOf;
  }

  static ShardIndex read(Path path) {
    JsonNode map = JsonFile.read(path, MOST_MEBIBYTES).path("weight_map");
    if (!map.isObject() || map.isEmpty()) {
      throw new ModelFormatException(
          path + ": weight_map: wanted an object with tensors, found " + Shortened.text(map));
    }
    Map<String, String> shardOf = new LinkedHashMap<>();
    map.fields().forEachRemaining(e -> shardOf.put(e.getKey(), shard(path, e.getValue())));
    return new ShardIndex(path, shardOf);
  }

  private static String shard(Path index, JsonNode value) {
    String name = value.asText();
    if (Pickles.isPickle(name)) {
      throw new ModelFormatException(
          index
              + ": weight_map names a pickle, "
              + Shortened.text(name)
              + "; those are not loaded");
    }
    if (!value.isTextual() || !PLAIN_NAME.matcher(name).matches()) {
      throw new ModelFormatException(
          index
              + ": weight_map names '"
              + Shortened.text(name)
              + "'; a shard must be a plain file name that ends in .safetensors, in this folder");
    }
    return name;
  }

  Path path() {
    return path;
  }

  /** File names of the shards, sorted. */
  Set<String> shards() {
    return new TreeSet<>(shardOf.values());
  }

  /** Refuses a shard that does not hold exactly the tensors the index gives it. */
  void check(SafetensorsFile file) {
    String shard = file.path().getFileName().toString();
    Set<String> listed =
        shardOf.entrySet().stream()
            .filter(e -> e.getValue().equals(shard))
            .map(Map.Entry::getKey)
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> missing = new TreeSet<>(listed);
    missing.removeAll(file.tensors().keySet());
    Set<String> extra = new TreeSet<>(file.tensors().keySet());
    extra.removeAll(listed);
    if (!missing.isEmpty() || !extra.isEmpty()) {
      throw new ModelFormatException(
          file.path()
              + ": differs from "
              + path.getFileName()
              + ": listed but not in the shard "
              + firstOf(missing)
              + ", in the shard but not listed for it "
              + firstOf(extra)
              + "; get index and shards from the same revision");
    }
  }

  private static String firstOf(Set<String> names) {
    List<String> first = names.stream().limit(10).map(Shortened::text).toList();
    return names.size() + " " + first + (names.size() > 10 ? " and more" : "");
  }
}
