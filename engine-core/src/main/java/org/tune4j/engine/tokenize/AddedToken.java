package org.tune4j.engine.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;

/**
 * A token that is found in the text before the model splits it.
 *
 * @param id its id
 * @param content its text
 * @param special whether it is a control token
 */
record AddedToken(int id, String content, boolean special) {
  static final int MOST_CHARACTERS = 512;

  private static boolean isLength(int characters) {
    return characters > 0 && characters <= MOST_CHARACTERS;
  }

  /** The {@code added_tokens} of a tokenizer.json. */
  static List<AddedToken> of(JsonNode tokenizerJson, Object where) {
    List<AddedToken> tokens = new ArrayList<>();
    for (JsonNode token : tokenizerJson.path("added_tokens")) {
      JsonNode id = token.path("id");
      JsonNode content = token.path("content");
      if (!Vocabulary.isId(id) || !content.isTextual() || !isLength(content.textValue().length())) {
        throw new ModelFormatException(
            where
                + ": added_tokens: wanted an id from 0 to 2^24 - 1 and a content of 1 to "
                + MOST_CHARACTERS
                + " characters, found "
                + Shortened.text(token));
      }
      tokens.add(new AddedToken(id.asInt(), content.asText(), token.path("special").asBoolean()));
    }
    return tokens;
  }
}
