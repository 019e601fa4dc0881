package org.tune4j.examples.encoder;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The tokenizer of a Chinese BERT: each Chinese character is a word, other words are cut into
 * characters, all in lower case. Its vocabulary are the characters that occur often enough.
 */
final class CharacterTokenizer {
  static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");
  static final int MASK = SPECIAL.indexOf("[MASK]");
  private static final ObjectMapper JSON = new ObjectMapper();

  private CharacterTokenizer() {}

  /** Special tokens, the characters that occur so often, and those inside a word. */
  static List<String> vocabulary(List<String> texts, int fewest) {
    Map<String, Integer> counts = new TreeMap<>();
    for (String text : texts) {
      text.toLowerCase(Locale.ROOT)
          .codePoints()
          .filter(c -> !Character.isWhitespace(c))
          .forEach(c -> counts.merge(Character.toString(c), 1, Integer::sum));
    }
    List<String> tokens = new ArrayList<>(SPECIAL);
    counts.forEach(
        (character, count) -> {
          if (count >= fewest) {
            tokens.add(character);
          }
        });
    List<String> inside =
        tokens.stream().filter(token -> token.matches("[a-z0-9]")).map(c -> "##" + c).toList();
    tokens.addAll(inside);
    return tokens;
  }

  /** Writes {@code tokenizer.json} and {@code tokenizer_config.json}. */
  static void write(Path folder, List<String> vocabulary) throws IOException {
    ObjectNode tokenizer = JSON.createObjectNode().put("version", "1.0");
    ArrayNode added = tokenizer.putArray("added_tokens");
    for (int id = 0; id < SPECIAL.size(); id++) {
      added
          .addObject()
          .put("id", id)
          .put("content", SPECIAL.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    tokenizer
        .putObject("normalizer")
        .put("type", "BertNormalizer")
        .put("clean_text", true)
        .put("handle_chinese_chars", true)
        .put("strip_accents", false)
        .put("lowercase", true);
    tokenizer.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    ObjectNode processor = tokenizer.putObject("post_processor").put("type", "BertProcessing");
    processor.putArray("sep").add("[SEP]").add(SPECIAL.indexOf("[SEP]"));
    processor.putArray("cls").add("[CLS]").add(SPECIAL.indexOf("[CLS]"));
    tokenizer
        .putObject("decoder")
        .put("type", "WordPiece")
        .put("prefix", "##")
        .put("cleanup", true);
    ObjectNode model =
        tokenizer
            .putObject("model")
            .put("type", "WordPiece")
            .put("unk_token", "[UNK]")
            .put("continuing_subword_prefix", "##")
            .put("max_input_chars_per_word", 100);
    ObjectNode ids = model.putObject("vocab");
    for (int id = 0; id < vocabulary.size(); id++) {
      ids.put(vocabulary.get(id), id);
    }
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("tokenizer.json"), JSON.writeValueAsString(tokenizer));
    ObjectNode config =
        JSON.createObjectNode()
            .put("tokenizer_class", "BertTokenizerFast")
            .put("pad_token", "[PAD]")
            .put("unk_token", "[UNK]")
            .put("cls_token", "[CLS]")
            .put("sep_token", "[SEP]")
            .put("mask_token", "[MASK]");
    Files.writeString(folder.resolve("tokenizer_config.json"), JSON.writeValueAsString(config));
  }
}
