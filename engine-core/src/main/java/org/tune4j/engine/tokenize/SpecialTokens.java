package org.tune4j.engine.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalInt;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;

/**
 * The tokens with a role: from {@code tokenizer_config.json}, and where that is silent from {@code
 * special_tokens_map.json}; each a string or an object with {@code content}.
 */
record SpecialTokens(OptionalInt bos, OptionalInt eos, OptionalInt pad, OptionalInt unk) {

  static SpecialTokens of(TokenizerFiles files, Vocabulary vocabulary) {
    JsonNode config = files.config();
    JsonNode map = files.specialTokens();
    checkAddedTokens(config.path("added_tokens_decoder"), files, vocabulary);
    Roles roles = new Roles(files, config, map, vocabulary);
    return new SpecialTokens(
        roles.id("bos_token"), roles.id("eos_token"), roles.id("pad_token"), roles.id("unk_token"));
  }

  /** transformers 4 lists the added tokens a second time; both lists must mean the same. */
  private static void checkAddedTokens(
      JsonNode decoder, TokenizerFiles files, Vocabulary vocabulary) {
    decoder
        .fields()
        .forEachRemaining(
            entry -> {
              String content = entry.getValue().path("content").asText();
              OptionalInt id = vocabulary.idOf(content);
              if (id.isEmpty() || !entry.getKey().equals(String.valueOf(id.getAsInt()))) {
                throw new ModelFormatException(
                    files.folder()
                        + ": tokenizer_config.json gives '"
                        + content
                        + "' the id "
                        + entry.getKey()
                        + " in added_tokens_decoder, tokenizer.json "
                        + (id.isEmpty() ? "has no such token" : "the id " + id.getAsInt())
                        + "; take both files from one revision");
              }
            });
  }

  private record Roles(TokenizerFiles files, JsonNode config, JsonNode map, Vocabulary vocabulary) {
    OptionalInt id(String role) {
      String token = content(config.path(role), content(map.path(role), null));
      if (token == null) {
        return OptionalInt.empty();
      }
      OptionalInt id = vocabulary.idOf(token);
      if (id.isEmpty()) {
        boolean inConfig = content(config.path(role), null) != null;
        throw new ModelFormatException(
            files.folder().resolve(inConfig ? "tokenizer_config.json" : "special_tokens_map.json")
                + ": "
                + role
                + " is '"
                + Shortened.text(token)
                + "', which tokenizer.json does not have; add the token there or change the role");
      }
      return id;
    }

    private static String content(JsonNode token, String otherwise) {
      JsonNode text = token.isObject() ? token.path("content") : token;
      return text.isTextual() ? text.asText() : otherwise;
    }
  }
}
