package org.tune4j.engine.tokenize;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.tune4j.engine.EngineBugException;

/**
 * Edits a tokenizer.json so that no text can produce a control token: every special token is
 * renamed to something that nobody can write. Names are changed and nothing is removed, because the
 * tokenizers library numbers added tokens by their place and would move all that follow.
 */
final class UserTextJson {
  private final String secret = "reserved " + UUID.randomUUID() + " ";
  private final Map<String, String> renamed = new HashMap<>();

  UserTextJson(List<AddedToken> added) {
    for (AddedToken token : added) {
      if (token.special()) {
        renamed.put(token.content(), secret + token.id());
      }
    }
  }

  /** The edited file; {@code json} itself is changed. */
  byte[] edit(JsonNode json) {
    for (JsonNode token : json.path("added_tokens")) {
      rename((ObjectNode) token, "content");
    }
    if (json.path("model") instanceof ObjectNode model) {
      rename(model, "unk_token");
      renameIn(model.path("vocab"));
      dropMerges(model.path("merges"));
    }
    try {
      return TokenizerFiles.JSON.writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new EngineBugException("a JSON tree cannot be written", e);
    }
  }

  /** What a control token is called in the edited tokenizer. */
  String nameOf(String token) {
    return renamed.get(token);
  }

  /** Whether a token of the edited tokenizer is one of those renamed here. */
  boolean isRenamed(String token) {
    return token.startsWith(secret);
  }

  private void rename(ObjectNode object, String field) {
    String name = renamed.get(object.path(field).asText());
    if (name != null) {
      object.put(field, name);
    }
  }

  private void renameIn(JsonNode vocabulary) {
    if (vocabulary instanceof ObjectNode idOf) {
      renamed.forEach(
          (from, to) -> {
            JsonNode id = idOf.remove(from);
            if (id != null) {
              idOf.set(to, id);
            }
          });
    }
    for (JsonNode piece : vocabulary) {
      if (piece instanceof ArrayNode pair && renamed.containsKey(pair.path(0).asText())) {
        pair.set(0, TextNode.valueOf(renamed.get(pair.path(0).asText())));
      }
    }
  }

  /** Merges that use or make a renamed token no longer mean anything. */
  private void dropMerges(JsonNode merges) {
    for (Iterator<JsonNode> all = merges.iterator(); all.hasNext(); ) {
      JsonNode merge = all.next();
      String[] pair = merge.asText().split(" ", 2);
      String left = merge.isArray() ? merge.path(0).asText() : pair[0];
      String right = merge.isArray() ? merge.path(1).asText() : pair[pair.length - 1];
      if (renamed.containsKey(left)
          || renamed.containsKey(right)
          || renamed.containsKey(left + right)) {
        all.remove();
      }
    }
  }
}
