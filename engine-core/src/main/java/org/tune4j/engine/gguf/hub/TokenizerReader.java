package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;
import org.tune4j.engine.gguf.GgufMetadata;

/** Makes the hub's tokenizer of the metadata of a file. */
final class TokenizerReader {
  private static final String PREFIX = "tokenizer.ggml.";
  private static final String SPACE = "▁";

  /** Each way to cut a token in two is looked at. */
  private static final int MOST_CHARACTERS = 512;

  private static final List<String> ROLES = List.of("bos", "eos", "unknown", "padding");
  private static final Map<String, String> HUB_ROLES =
      Map.of(
          "bos", "bos_token", "eos", "eos_token", "unknown", "unk_token", "padding", "pad_token");

  private final GgufMetadata metadata;
  private final List<String> tokens;
  private final int[] types;
  private final Map<String, Integer> ids = new LinkedHashMap<>();
  private final ObjectNode json = JsonNodeFactory.instance.objectNode();

  TokenizerReader(GgufMetadata metadata) {
    this.metadata = metadata;
    this.tokens = metadata.texts(PREFIX + "tokens");
    this.types = metadata.has(PREFIX + "token_type") ? types() : normal();
    for (int id = 0; id < types.length; id++) {
      if (types[id] != TokenTypes.UNUSED && ids.put(tokens.get(id), id) != null) {
        throw fault("tokens", "'" + tokens.get(id) + "' twice", "each token once");
      }
    }
  }

  private int[] types() {
    int[] found = metadata.wholes(PREFIX + "token_type");
    if (found.length != tokens.size()) {
      throw fault("token_type", found.length + " types", tokens.size() + ", one for each token");
    }
    return found;
  }

  private int[] normal() {
    int[] all = new int[tokens.size()];
    Arrays.fill(all, TokenTypes.NORMAL);
    return all;
  }

  private ModelFormatException fault(String key, Object found, Object wanted) {
    return new ModelFormatException(
        metadata.file()
            + ": metadata '"
            + PREFIX
            + key
            + "': found "
            + Shortened.text(found)
            + ", wanted "
            + wanted);
  }

  /** The content of a {@code tokenizer.json}. */
  ObjectNode tokenizer() {
    String model = metadata.text(PREFIX + "model");
    json.put("version", "1.0");
    json.putNull("truncation");
    json.putNull("padding");
    addedTokens();
    switch (model) {
      case "gpt2" -> bytePairs();
      case "llama" -> pieces();
      default -> throw fault("model", model, "gpt2 or llama");
    }
    return json;
  }

  private void addedTokens() {
    ArrayNode added = json.putArray("added_tokens");
    for (int id = 0; id < types.length; id++) {
      boolean special = types[id] == TokenTypes.CONTROL || types[id] == TokenTypes.UNKNOWN;
      if (special || types[id] == TokenTypes.USER_DEFINED) {
        added
            .addObject()
            .put("id", id)
            .put("content", tokens.get(id))
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", special);
      }
    }
  }

  private void bytePairs() {
    String name = metadata.has(PREFIX + "pre") ? metadata.text(PREFIX + "pre") : "default";
    PreTokenizer split =
        PreTokenizer.named(name)
            .orElseThrow(() -> fault("pre", name, "one of " + PreTokenizer.known()));
    json.set("normalizer", split.normalizer());
    json.set("pre_tokenizer", split.preTokenizer());
    ObjectNode bytes = PreTokenizer.part("ByteLevel");
    bytes.put("add_prefix_space", false).put("trim_offsets", true).put("use_regex", true);
    json.set("decoder", bytes);
    frame(split.begins(), bytes.deepCopy().put("trim_offsets", false));
    ObjectNode model = model(false).put("ignore_merges", split.whole());
    ArrayNode merges = model.putArray("merges");
    for (String merge : metadata.texts(PREFIX + "merges")) {
      int space = merge.indexOf(' ', 1);
      if (space < 0) {
        throw fault("merges", "'" + merge + "'", "two tokens with a space between");
      }
      merges.addArray().add(merge.substring(0, space)).add(merge.substring(space + 1));
    }
  }

  private void pieces() {
    boolean prefix = flag("add_space_prefix", true);
    ObjectNode normalizer = json.putObject("normalizer").put("type", "Sequence");
    ArrayNode steps = normalizer.putArray("normalizers");
    if (prefix) {
      steps.addObject().put("type", "Prepend").put("prepend", SPACE);
    }
    replace(steps.addObject(), " ", SPACE);
    json.putNull("pre_tokenizer");
    ArrayNode decoders = json.putObject("decoder").put("type", "Sequence").putArray("decoders");
    replace(decoders.addObject(), SPACE, " ");
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    if (prefix) {
      decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
    frame(true, null);
    ObjectNode model = model(true).put("ignore_merges", false);
    model.put("unk_token", token("unknown", 0));
    model.put("fuse_unk", true);
    ArrayNode merges = model.putArray("merges");
    PieceMerges.of(ids, scores())
        .forEach(merge -> merges.addArray().add(merge.left()).add(merge.right()));
  }

  private static void replace(ObjectNode part, String from, String to) {
    part.put("type", "Replace").put("content", to);
    part.putObject("pattern").put("String", from);
  }

  /** The scores of pieces that can come of merges. */
  private Map<String, Float> scores() {
    float[] all = metadata.reals(PREFIX + "scores");
    if (all.length != tokens.size()) {
      throw fault("scores", all.length + " scores", tokens.size() + ", one for each token");
    }
    Map<String, Float> scores = new LinkedHashMap<>();
    for (int id = 0; id < all.length; id++) {
      if (types[id] == TokenTypes.NORMAL || types[id] == TokenTypes.USER_DEFINED) {
        if (tokens.get(id).length() > MOST_CHARACTERS) {
          throw fault(
              "tokens",
              "a token of " + tokens.get(id).length() + " characters",
              "at most " + MOST_CHARACTERS);
        }
        scores.put(tokens.get(id), all[id]);
      }
    }
    return scores;
  }

  private ObjectNode model(boolean byteFallback) {
    ObjectNode model = json.putObject("model").put("type", "BPE");
    model.putNull("dropout");
    model.putNull("unk_token");
    model.putNull("continuing_subword_prefix");
    model.putNull("end_of_word_suffix");
    model.put("fuse_unk", false).put("byte_fallback", byteFallback);
    ObjectNode vocabulary = model.putObject("vocab");
    ids.forEach(vocabulary::put);
    return model;
  }

  private boolean flag(String name, boolean otherwise) {
    return metadata.has(PREFIX + name) ? metadata.flag(PREFIX + name) : otherwise;
  }

  /** The tokens that a text begins and ends with. */
  private void frame(boolean begins, ObjectNode bytes) {
    ObjectNode template = PreTokenizer.part("TemplateProcessing");
    String bos = flag("add_bos_token", begins) ? token("bos", bytes == null ? 1 : -1) : null;
    String eos = flag("add_eos_token", false) ? token("eos", bytes == null ? 2 : -1) : null;
    ArrayNode pair = template.putArray("pair");
    piece(template.putArray("single"), bos, "A", eos, 0);
    piece(pair, bos, "A", eos, 0);
    piece(pair, bos, "B", eos, 1);
    ObjectNode special = template.putObject("special_tokens");
    for (String token : new String[] {bos, eos}) {
      if (token != null) {
        ObjectNode one = special.putObject(token).put("id", token);
        one.putArray("ids").add(ids.get(token));
        one.putArray("tokens").add(token);
      }
    }
    if (bytes == null) {
      json.set("post_processor", template);
    } else if (special.isEmpty()) {
      json.set("post_processor", bytes);
    } else {
      ObjectNode both = json.putObject("post_processor").put("type", "Sequence");
      both.putArray("processors").add(bytes).add(template);
    }
  }

  private static void piece(ArrayNode target, String bos, String text, String eos, int type) {
    if (bos != null) {
      target.addObject().putObject("SpecialToken").put("id", bos).put("type_id", type);
    }
    target.addObject().putObject("Sequence").put("id", text).put("type_id", type);
    if (eos != null) {
      target.addObject().putObject("SpecialToken").put("id", eos).put("type_id", type);
    }
  }

  /** The token of a role; null where there is none. */
  private String token(String role, int otherwise) {
    String key = role + "_token_id";
    long id = metadata.has(PREFIX + key) ? metadata.whole(PREFIX + key) : otherwise;
    if (id == -1 || id == 0xFFFF_FFFFL) {
      return null;
    }
    if (id < 0 || id >= tokens.size() || !ids.containsKey(tokens.get((int) id))) {
      throw fault(key, id, "the id of one of the " + tokens.size() + " tokens");
    }
    return tokens.get((int) id);
  }

  /** The content of a {@code tokenizer_config.json}. */
  ObjectNode config() {
    boolean pieces = metadata.text(PREFIX + "model").equals("llama");
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    List<Integer> usual = pieces ? List.of(1, 2, 0, -1) : List.of(-1, -1, -1, -1);
    for (int i = 0; i < ROLES.size(); i++) {
      String token = token(ROLES.get(i), usual.get(i));
      if (token != null) {
        config.put(HUB_ROLES.get(ROLES.get(i)), token);
      }
    }
    config.put("clean_up_tokenization_spaces", false);
    if (metadata.has("tokenizer.chat_template")) {
      config.put("chat_template", metadata.text("tokenizer.chat_template"));
    }
    return config;
  }
}
