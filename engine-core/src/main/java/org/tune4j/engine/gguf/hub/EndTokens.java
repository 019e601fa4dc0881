package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.gguf.GgufMetadata;
import org.tune4j.engine.gguf.GgufValue;

/** The tokens that end a text: a list on the hub, a key each in a file. */
final class EndTokens {
  private static final List<String> KEYS =
      List.of(
          "tokenizer.ggml.eos_token_id",
          "tokenizer.ggml.eot_token_id",
          "tokenizer.ggml.eom_token_id");

  /** -1 in 32 bits without a sign. */
  private static final long NONE = 0xFFFF_FFFFL;

  private EndTokens() {}

  static void toHub(GgufMetadata metadata, ObjectNode config) {
    ArrayNode ints = config.arrayNode();
    KEYS.stream()
        .filter(metadata::has)
        .map(key -> id(metadata, key))
        .filter(id -> id >= 0)
        .distinct()
        .forEach(ints::add);
    if (ints.size() == 1) {
      config.set("eos_token_id", ints.get(0));
    } else if (!ints.isEmpty()) {
      config.set("eos_token_id", ints);
    }
  }

  /** A token's id; -1 where the file says that there is none. */
  private static int id(GgufMetadata metadata, String key) {
    long id = metadata.whole(key);
    if (id == NONE || id == -1) {
      return -1;
    }
    if (id < 0 || id > Integer.MAX_VALUE) {
      throw new ModelFormatException(
          metadata.file() + ": metadata '" + key + "': found " + id + ", wanted a token's id");
    }
    return (int) id;
  }

  /** Those of the configuration; the tokenizer's own first. */
  static void toGguf(HubConfig config, Integer tokenizersOwn, Map<String, GgufValue> metadata) {
    JsonNode said = config.json().path("eos_token_id");
    IntStream ids =
        said.isArray()
            ? IntStream.range(0, said.size()).map(i -> said.get(i).intValue())
            : said.isInt() ? IntStream.of(said.intValue()) : IntStream.empty();
    IntStream first = tokenizersOwn == null ? IntStream.empty() : IntStream.of(tokenizersOwn);
    int[] all = IntStream.concat(first, ids).distinct().toArray();
    for (int i = 0; i < Math.min(all.length, KEYS.size()); i++) {
      metadata.put(KEYS.get(i), GgufValue.uint32(all[i]));
    }
  }
}
