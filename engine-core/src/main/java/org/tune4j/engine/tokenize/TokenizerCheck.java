package org.tune4j.engine.tokenize;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.Shortened;

/**
 * Refuses a tokenizer.json that the tokenizers library (0.21) would take and then end the process
 * over, while it tokenizes: an index outside a list or too deep a recursion in native code is no
 * exception, and no text is worth a dead JVM. So only known parts pass, with values they can have.
 */
final class TokenizerCheck {
  /** The library walks through the tokens of such a vocabulary recursively. */
  private static final int MOST_UNIGRAM_CHARACTERS = 512;

  private static final int MOST_PARTS = 64;
  private static final int MOST_GROWTH = 1024;
  private static final long MOST_STEPS = 8_000_000;

  private static final Map<String, Set<String>> KNOWN =
      Map.of(
          "normalizer",
          Set.of(
              "NFC",
              "NFD",
              "NFKC",
              "NFKD",
              "Lowercase",
              "Strip",
              "StripAccents",
              "Nmt",
              "Prepend",
              "Replace",
              "BertNormalizer",
              "ByteLevel"),
          "pre_tokenizer",
          Set.of(
              "ByteLevel",
              "Split",
              "Metaspace",
              "Whitespace",
              "WhitespaceSplit",
              "Punctuation",
              "Digits",
              "BertPreTokenizer",
              "CharDelimiterSplit",
              "UnicodeScripts",
              "FixedLength"),
          "post_processor",
          Set.of("TemplateProcessing", "ByteLevel", "BertProcessing", "RobertaProcessing"),
          "decoder",
          Set.of(
              "ByteLevel",
              "Replace",
              "ByteFallback",
              "Fuse",
              "Strip",
              "Metaspace",
              "WordPiece",
              "BPEDecoder",
              "CTC"));

  /** The name under which a sequence holds its parts. */
  private static final Map<String, String> PARTS =
      Map.of(
          "normalizer", "normalizers",
          "pre_tokenizer", "pretokenizers",
          "post_processor", "processors",
          "decoder", "decoders");

  private static final List<String> MODELS = List.of("BPE", "Unigram", "WordLevel", "WordPiece");

  private final Object where;
  private int parts;
  private long growth = 1;
  private int patternCost = 2;

  private TokenizerCheck(Object where) {
    this.where = where;
  }

  /**
   * Checks a file.
   *
   * @return the most characters of a text that the tokenizer may be given
   * @throws ModelFormatException naming the field that is not as it must be
   */
  static int mostCharacters(JsonNode json, Object where) {
    TokenizerCheck check = new TokenizerCheck(where);
    PARTS.keySet().forEach(section -> check.part(section, json.path(section), section));
    check.model(json.path("model"));
    json.fields().forEachRemaining(field -> check.values(field.getValue(), field.getKey()));
    return (int) (MOST_STEPS / check.patternCost);
  }

  private void part(String section, JsonNode part, String field) {
    if (part.isMissingNode() || part.isNull()) {
      return;
    }
    if (++parts > MOST_PARTS) {
      throw wrong(field, "at most " + MOST_PARTS + " parts", "more");
    }
    String type = part.path("type").asText();
    if (type.equals("Sequence")) {
      JsonNode list = part.path(PARTS.get(section));
      if (!list.isArray()) {
        throw wrong(field + "." + PARTS.get(section), "a list", list);
      }
      for (int i = 0; i < list.size(); i++) {
        part(section, list.get(i), field + "." + PARTS.get(section) + "[" + i + "]");
      }
      return;
    }
    if (!KNOWN.get(section).contains(type)) {
      throw wrong(
          field + ".type", "one of " + new TreeSet<>(KNOWN.get(section)), part.path("type"));
    }
    switch (type) {
      case "Replace", "Split" -> pattern(part, field);
      case "Prepend" -> shortText(part.path("prepend"), field + ".prepend");
      case "FixedLength" -> {
        if (part.path("length").asLong() < 1) {
          throw wrong(field + ".length", "a whole number above 0", part.path("length"));
        }
      }
      case "TemplateProcessing" -> template(part, field);
      case "Strip" -> {
        if (section.equals("decoder") && part.path("stop").asLong() != 0) {
          throw wrong(field + ".stop", "0", part.path("stop"));
        }
      }
      default -> {}
    }
  }

  /** The library gives up for good on numbers that are too large and on halves of pairs. */
  private void values(JsonNode node, String field) {
    if (node.isNumber() && !(node.isIntegralNumber() ? node.canConvertToLong() : isFinite(node))) {
      throw wrong(field, "numbers of at most 64 bits", node);
    }
    if (node.isTextual()) {
      wholePairs(node.textValue(), field);
    }
    node.fieldNames().forEachRemaining(name -> wholePairs(name, field));
    node.elements().forEachRemaining(element -> values(element, field));
  }

  private void wholePairs(String text, String field) {
    if (!TextUnits.withoutHalfPairs(text).equals(text)) {
      throw wrong(field, "text without halves of surrogate pairs", "one");
    }
  }

  private static boolean isFinite(JsonNode number) {
    return Double.isFinite(number.doubleValue());
  }

  private void pattern(JsonNode part, String field) {
    JsonNode regex = part.path("pattern").path("Regex");
    if (regex.isTextual()) {
      int cost = PatternCost.of(regex.textValue(), where + ": " + field + ".pattern");
      patternCost = Math.max(patternCost, cost);
    }
    growth *= 1 + shortText(part.path("content"), field + ".content");
    if (growth > MOST_GROWTH) {
      throw wrong(
          field + ".content",
          "replacements that make no text " + MOST_GROWTH + " times as" + " long together",
          part.path("content"));
    }
  }

  private int shortText(JsonNode text, String field) {
    int length = text.asText().length();
    if (length > 64) {
      throw wrong(field, "at most 64 characters", text);
    }
    return length;
  }

  /**
   * The library looks the special tokens of a template up without asking whether they are there.
   */
  private void template(JsonNode part, String field) {
    JsonNode tokens = part.path("special_tokens");
    for (String list : List.of("single", "pair")) {
      for (JsonNode piece : part.path(list)) {
        JsonNode sequence = piece.path("Sequence").path("id");
        JsonNode token = piece.path("SpecialToken").path("id");
        boolean second = sequence.asText().equals("B");
        if (piece.isTextual() || sequence.isMissingNode() && token.isMissingNode()) {
          throw wrong(field + "." + list, "a Sequence or a SpecialToken with an id", piece);
        }
        if (second && list.equals("single")) {
          throw wrong(field + "." + list, "the sequence A alone", piece);
        }
        if (token.isTextual() && !tokens.has(token.textValue())) {
          throw wrong(field + "." + list, "a token that special_tokens has", token);
        }
      }
    }
    for (JsonNode token : tokens) {
      if (token.path("ids").size() != token.path("tokens").size()) {
        throw wrong(field + ".special_tokens", "as many ids as tokens", token);
      }
    }
  }

  private void model(JsonNode model) {
    if (!MODELS.contains(model.path("type").asText())) {
      throw wrong("model.type", "one of " + MODELS, model.path("type"));
    }
    if (model.path("dropout").asDouble() != 0) {
      throw wrong(
          "model.dropout", "none: a text has the same tokens each time", model.path("dropout"));
    }
    JsonNode prefix = model.path("continuing_subword_prefix");
    if (model.path("type").asText().equals("BPE")
        && !prefix.asText("").isEmpty()
        && !prefix.isNull()) {
      throw wrong("model.continuing_subword_prefix", "none for BPE", prefix);
    }
    if (model.path("vocab").isArray()) {
      model.path("vocab").forEach(this::unigram);
    }
  }

  private void unigram(JsonNode piece) {
    String wanted =
        "tokens of at most " + MOST_UNIGRAM_CHARACTERS + " characters with their scores";
    if (!piece.path(0).isTextual()
        || piece.path(0).textValue().length() > MOST_UNIGRAM_CHARACTERS) {
      throw wrong("model.vocab", wanted, piece);
    }
  }

  private ModelFormatException wrong(String field, String wanted, Object found) {
    return new ModelFormatException(
        where + ": " + field + ": wanted " + wanted + ", found " + Shortened.text(found));
  }
}
