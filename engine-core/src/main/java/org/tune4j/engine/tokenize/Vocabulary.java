package org.tune4j.engine.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.tune4j.engine.ModelFormatException;

/** Tokens and their ids, the added ones included. */
final class Vocabulary {
  private final Map<String, Integer> idOf = new HashMap<>();
  private final Map<Integer, String> tokenOf = new HashMap<>();
  private OptionalInt unknown = OptionalInt.empty();
  private int size;

  private Vocabulary() {}

  static Vocabulary of(JsonNode tokenizerJson, List<AddedToken> added, Object where) {
    Vocabulary vocabulary = new Vocabulary();
    JsonNode model = tokenizerJson.path("model").path("vocab");
    if (model.isObject()) {
      model.fields().forEachRemaining(e -> vocabulary.put(e.getKey(), id(e.getValue(), where)));
    } else if (model.isArray()) {
      int id = 0;
      for (JsonNode piece : model) {
        vocabulary.put(piece.path(0).asText(), id++);
      }
    } else {
      throw new ModelFormatException(where + ": model.vocab is neither an object nor an array");
    }
    added.forEach(token -> vocabulary.put(token.content(), token.id()));
    JsonNode unknownId = tokenizerJson.path("model").path("unk_id");
    vocabulary.unknown =
        unknownId.canConvertToInt()
            ? OptionalInt.of(unknownId.asInt())
            : vocabulary.idOf(tokenizerJson.path("model").path("unk_token").asText());
    return vocabulary;
  }

  private static int id(JsonNode id, Object where) {
    if (!id.canConvertToInt() || id.asInt() < 0) {
      throw new ModelFormatException(where + ": model.vocab holds '" + id + "' instead of an id");
    }
    return id.asInt();
  }

  private void put(String token, int id) {
    idOf.put(token, id);
    tokenOf.put(id, token);
    size = Math.max(size, id + 1);
  }

  OptionalInt idOf(String token) {
    Integer id = idOf.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The token, or null for an id that has none. */
  String tokenOf(int id) {
    return tokenOf.get(id);
  }

  /** The token that the model puts for what it does not know, which any text may contain. */
  OptionalInt unknown() {
    return unknown;
  }

  int size() {
    return size;
  }
}
