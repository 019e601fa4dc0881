package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.gguf.GgufValue;

/** Makes metadata of a {@code tokenizer.json}. */
final class TokenizerWriter {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String SPACE = "▁";

  /** Roles as the hub and as files name them. */
  private static final Map<String, String> ROLES =
      Map.of(
          "bos_token", "bos_token_id",
          "unk_token", "unknown_token_id",
          "pad_token", "padding_token_id");

  private final Path file;
  private final JsonNode json;
  private final Map<String, GgufValue> metadata;
  private final String[] tokens;
  private final int[] types;
  private final Map<String, Integer> ids = new HashMap<>();

  /**
   * @param file for errors
   * @param json the content of a {@code tokenizer.json}
   * @param rows how many tokens the model knows; ids that no token has become unused ones
   */
  TokenizerWriter(Path file, JsonNode json, int rows, Map<String, GgufValue> metadata) {
    this.file = file;
    this.json = json;
    this.metadata = metadata;
    this.tokens = new String[rows];
    this.types = new int[rows];
  }

  /**
   * Adds everything.
   *
   * @param roles tokens by role: {@code bos_token}, …
   */
  void write(Map<String, String> roles) {
    JsonNode model = json.path("model");
    if (!model.path("type").asText().equals("BPE")) {
      throw refuse("model.type", model.path("type"), "BPE");
    }
    boolean pieces = model.path("byte_fallback").asBoolean();
    vocabulary(pieces);
    if (pieces) {
      pieces();
    } else {
      bytePairs();
    }
    ROLES.forEach(
        (role, key) -> {
          Integer id = ids.get(roles.get(role));
          if (id != null) {
            metadata.put(PREFIX + key, GgufValue.uint32(id));
          }
        });
    frame(roles);
  }

  /** The id of a token; null where there is none. */
  Integer id(String token) {
    return ids.get(token);
  }

  private void vocabulary(boolean pieces) {
    json.path("model")
        .path("vocab")
        .fields()
        .forEachRemaining(
            entry -> {
              boolean isByte = pieces && entry.getKey().matches("<0x[0-9A-F]{2}>");
              int type = isByte ? TokenTypes.BYTE : TokenTypes.NORMAL;
              put(entry.getKey(), entry.getValue().asInt(), type);
            });
    String unknown = json.path("model").path("unk_token").asText();
    for (JsonNode added : json.path("added_tokens")) {
      String content = added.path("content").asText();
      int special = content.equals(unknown) ? TokenTypes.UNKNOWN : TokenTypes.CONTROL;
      boolean control = added.path("special").asBoolean();
      put(content, added.path("id").asInt(), control ? special : TokenTypes.USER_DEFINED);
    }
    for (int id = 0; id < tokens.length; id++) {
      if (tokens[id] == null) {
        tokens[id] = "[PAD" + id + "]";
        types[id] = TokenTypes.UNUSED;
      }
    }
  }

  private void put(String token, int id, int type) {
    if (id >= tokens.length) {
      throw refuse("the id of '" + token + "'", id, "less than vocab_size = " + tokens.length);
    }
    tokens[id] = token;
    types[id] = type;
    ids.put(token, id);
  }

  private void bytePairs() {
    PreTokenizer split =
        PreTokenizer.of(json)
            .orElseThrow(
                () ->
                    refuse(
                        "pre_tokenizer",
                        json.path("pre_tokenizer"),
                        "with normalizer and ignore_merges one of " + PreTokenizer.known()));
    metadata.put(PREFIX + "model", GgufValue.text("gpt2"));
    metadata.put(PREFIX + "pre", GgufValue.text(split.names().get(0)));
    tokens();
    List<String> merges = new ArrayList<>();
    for (String[] merge : merges()) {
      merges.add(merge[0] + " " + merge[1]);
    }
    metadata.put(PREFIX + "merges", GgufValue.texts(merges));
  }

  private void tokens() {
    metadata.put(PREFIX + "tokens", GgufValue.texts(Arrays.asList(tokens)));
    metadata.put(PREFIX + "token_type", GgufValue.int32s(types));
  }

  private List<String[]> merges() {
    List<String[]> merges = new ArrayList<>();
    for (JsonNode merge : json.path("model").path("merges")) {
      String[] parts =
          merge.isTextual()
              ? merge.textValue().split(" ", 2)
              : new String[] {merge.path(0).asText(), merge.path(1).asText()};
      if (parts.length != 2) {
        throw refuse("model.merges", merge, "two tokens");
      }
      merges.add(parts);
    }
    return merges;
  }

  /** A piece is the better the earlier a merge makes it. */
  private void pieces() {
    boolean prefix = checkedPrefix();
    metadata.put(PREFIX + "model", GgufValue.text("llama"));
    metadata.put(PREFIX + "pre", GgufValue.text("default"));
    tokens();
    float[] scores = new float[tokens.length];
    for (int id = 0; id < scores.length; id++) {
      scores[id] = types[id] == TokenTypes.NORMAL ? -1_000_000 : 0;
    }
    List<String[]> merges = merges();
    for (int rank = merges.size() - 1; rank >= 0; rank--) {
      Integer id = ids.get(merges.get(rank)[0] + merges.get(rank)[1]);
      if (id != null) {
        scores[id] = -rank;
      }
    }
    metadata.put(PREFIX + "scores", GgufValue.float32s(scores));
    metadata.put(PREFIX + "add_space_prefix", GgufValue.flag(prefix));
  }

  /** Whether a text gets a space in front, of a tokenizer that writes spaces as SentencePiece. */
  private boolean checkedPrefix() {
    JsonNode split = json.path("pre_tokenizer");
    if (split.path("type").asText().equals("Metaspace")) {
      String scheme =
          split
              .path("prepend_scheme")
              .asText(split.path("add_prefix_space").asBoolean(true) ? "always" : "never");
      return !scheme.equals("never");
    }
    // Gemma's splits at spaces, of which its normalizer has left none.
    boolean nothing = split.isNull() || split.isMissingNode() || splitsAtSpaces(split);
    String normalizer = steps(json.path("normalizer"));
    boolean prefix = normalizer.equals("Prepend " + SPACE + "\nReplace \" \" " + SPACE + "\n");
    if (!nothing || !prefix && !normalizer.equals("Replace \" \" " + SPACE + "\n")) {
      throw refuse(
          nothing ? "normalizer" : "pre_tokenizer",
          json.path(nothing ? "normalizer" : "pre_tokenizer"),
          "spaces written as " + SPACE + " and nothing else");
    }
    return prefix;
  }

  private static boolean splitsAtSpaces(JsonNode split) {
    return split.path("type").asText().equals("Split")
        && split.path("pattern").path("String").asText().equals(" ");
  }

  private static String steps(JsonNode normalizer) {
    return switch (normalizer.path("type").asText()) {
      case "Sequence" -> {
        StringBuilder all = new StringBuilder();
        normalizer.path("normalizers").forEach(each -> all.append(steps(each)));
        yield all.toString();
      }
      case "Prepend" -> "Prepend " + normalizer.path("prepend").asText() + "\n";
      case "Replace" ->
          "Replace "
              + normalizer.path("pattern").path("String")
              + " "
              + normalizer.path("content").asText()
              + "\n";
      default -> normalizer + "\n";
    };
  }

  /** Whether a text begins with BOS and ends with EOS; files can say no more. */
  private void frame(Map<String, String> roles) {
    JsonNode single = template(json.path("post_processor")).path("single");
    boolean begins = false;
    boolean ends = false;
    boolean before = true;
    for (JsonNode piece : single) {
      String token = piece.path("SpecialToken").path("id").asText(null);
      if (token == null) {
        before = false;
      } else if (before && !begins && token.equals(roles.get("bos_token"))) {
        begins = true;
      } else if (!before && !ends && token.equals(roles.get("eos_token"))) {
        ends = true;
      } else {
        throw refuse(
            "post_processor",
            json.path("post_processor"),
            "BOS at the beginning, EOS at the end, or nothing");
      }
    }
    metadata.put(PREFIX + "add_bos_token", GgufValue.flag(begins));
    metadata.put(PREFIX + "add_eos_token", GgufValue.flag(ends));
  }

  private static JsonNode template(JsonNode processor) {
    for (JsonNode each : processor.path("processors")) {
      if (each.path("type").asText().equals("TemplateProcessing")) {
        return each;
      }
    }
    return processor;
  }

  private ModelFormatException refuse(String field, Object found, String wanted) {
    return new ModelFormatException(
        file
            + ": "
            + field
            + ": found "
            + Shortened.text(found)
            + ", which cannot be written as GGUF; wanted "
            + wanted);
  }
}
