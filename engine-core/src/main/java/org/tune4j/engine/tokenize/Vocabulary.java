package org.tune4j.engine.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;

/** Tokens and their ids, the added ones included. */
final class Vocabulary {
  private final Map<String, Integer> idOf = new HashMap<>();
  private final Map<Integer, String> tokenOf = new HashMap<>();
  private OptionalInt unknown = OptionalInt.empty();
  private int size;

  /** Far above every vocabulary, and far from what a size could overflow with. */
  private static final int MOST_IDS = 1 << 24;

  private Vocabulary() {}

  static Vocabulary of(JsonNode tokenizerJson, List<AddedToken> added, Object where) {
    Vocabulary vocabulary = new Vocabulary();
    JsonNode model = tokenizerJson.path("model").path("vocab");
    if (model.isObject()) {
      model
          .fields()
          .forEachRemaining(e -> vocabulary.putNew(e.getKey(), id(e.getValue(), where), where));
    } else if (model.isArray()) {
      int id = 0;
      for (JsonNode piece : model) {
        vocabulary.put(piece.path(0).asText(), id++);
      }
    } else {
      throw new ModelFormatException(where + ": model.vocab is neither an object nor an array");
    }
    vocabulary.addAll(added, where);
    JsonNode unknownId = tokenizerJson.path("model").path("unk_id");
    vocabulary.unknown =
        unknownId.canConvertToInt()
            ? OptionalInt.of(unknownId.asInt())
            : vocabulary.idOf(tokenizerJson.path("model").path("unk_token").asText());
    return vocabulary;
  }

  private static int id(JsonNode id, Object where) {
    if (!isId(id)) {
      throw new ModelFormatException(
          where + ": model.vocab: wanted ids from 0 to 2^24 - 1, found " + Shortened.text(id));
    }
    return id.asInt();
  }

  static boolean isId(JsonNode id) {
    return id.isInt() && id.intValue() >= 0 && id.intValue() < MOST_IDS;
  }

  private void putNew(String token, int id, Object where) {
    if (tokenOf.containsKey(id)) {
      throw new ModelFormatException(
          where
              + ": model.vocab: '"
              + Shortened.text(token)
              + "' and '"
              + Shortened.text(tokenOf.get(id))
              + "' both have the id "
              + id);
    }
    put(token, id);
  }

  private void put(String token, int id) {
    idOf.put(token, id);
    tokenOf.put(id, token);
    size = Math.max(size, id + 1);
  }

  /**
   * Gives added tokens the numbers that the library gives them, which does not look at those in the
   * file: the one that the vocabulary has, or the next.
   */
  private void addAll(List<AddedToken> added, Object where) {
    int next = idOf.size();
    for (AddedToken token : added) {
      int id = idOf.getOrDefault(token.content(), next);
      if (id != token.id()) {
        throw new ModelFormatException(
            where
                + ": added_tokens: '"
                + Shortened.text(token.content())
                + "': wanted the id "
                + id
                + ", which its place gives it, found "
                + token.id());
      }
      next = Math.max(next, id + 1);
      put(token.content(), id);
    }
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
