package org.tune4j.engine.gguf.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * How text is split before byte pairs are merged: what {@code tokenizer.ggml.pre} names, and {@code
 * tokenizer.json} spells out.
 *
 * @param names what llama.cpp calls it; the first is written
 * @param splits patterns that text is split by, one after the other
 * @param digits whether each digit stands alone before anything else
 * @param composed whether characters are composed first (NFC)
 * @param whole whether a piece that is a token as it stands is not merged up to
 * @param begins whether a text begins with the BOS token where the file does not say
 */
record PreTokenizer(
    List<String> names,
    List<String> splits,
    boolean digits,
    boolean composed,
    boolean whole,
    boolean begins) {
  private static final String WORDS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|";
  private static final String REST =
      "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
  private static final List<String> LLAMA_3 = List.of(WORDS + "\\p{N}{1,3}" + REST);
  private static final List<String> QWEN_2 = List.of(WORDS + "\\p{N}" + REST);

  private static final List<String> DEEPSEEK_3 =
      List.of(
          "\\p{N}{1,3}",
          "[一-龥\u3040-ゟ゠-ヿ]+",
          "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+"
              + "|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*"
              + "|\\s*[\r\n]+|\\s+(?!\\S)|\\s+");

  private static final List<PreTokenizer> ALL =
      List.of(
          new PreTokenizer(
              List.of("llama-bpe", "llama3", "llama-v3"), LLAMA_3, false, false, true, true),
          new PreTokenizer(List.of("dbrx"), LLAMA_3, false, false, false, false),
          new PreTokenizer(List.of("qwen2"), QWEN_2, false, true, false, false),
          new PreTokenizer(List.of("deepseek-r1-qwen"), QWEN_2, false, false, false, false),
          new PreTokenizer(List.of("deepseek-v3"), DEEPSEEK_3, false, false, false, false),
          new PreTokenizer(List.of("gpt-2"), List.of(), false, false, false, false),
          new PreTokenizer(List.of("smollm"), List.of(), true, false, false, false));

  static List<String> known() {
    return ALL.stream().flatMap(each -> each.names.stream()).toList();
  }

  static Optional<PreTokenizer> named(String name) {
    return ALL.stream().filter(each -> each.names.contains(name)).findFirst();
  }

  /** The one that a {@code tokenizer.json} has. */
  static Optional<PreTokenizer> of(JsonNode json) {
    boolean whole = json.path("model").path("ignore_merges").asBoolean();
    String found = text(json.path("normalizer")) + text(json.path("pre_tokenizer"));
    return ALL.stream()
        .filter(each -> each.whole == whole)
        .filter(each -> found.equals(text(each.normalizer()) + text(each.preTokenizer())))
        .findFirst();
  }

  JsonNode normalizer() {
    return composed ? part("NFC") : JsonNodeFactory.instance.nullNode();
  }

  JsonNode preTokenizer() {
    ObjectNode sequence = part("Sequence");
    var parts = sequence.putArray("pretokenizers");
    if (digits) {
      parts.add(part("Digits").put("individual_digits", true));
    }
    for (String split : splits) {
      ObjectNode part = part("Split");
      part.putObject("pattern").put("Regex", split);
      parts.add(part.put("behavior", "Isolated").put("invert", false));
    }
    parts.add(
        part("ByteLevel")
            .put("add_prefix_space", false)
            .put("trim_offsets", true)
            .put("use_regex", splits.isEmpty()));
    return sequence;
  }

  static ObjectNode part(String type) {
    return JsonNodeFactory.instance.objectNode().put("type", type);
  }

  /** What matters of a normalizer or a pre-tokenizer, the same for the same work. */
  private static String text(JsonNode part) {
    String type = part.path("type").asText();
    return switch (type) {
      case "" -> "";
      case "Sequence" -> {
        StringBuilder all = new StringBuilder();
        part.path("normalizers").forEach(each -> all.append(text(each)));
        part.path("pretokenizers").forEach(each -> all.append(text(each)));
        yield all.toString();
      }
      case "ByteLevel" ->
          "ByteLevel " + part.path("add_prefix_space") + " " + use(part.path("use_regex")) + "\n";
      case "Digits" -> "Digits " + part.path("individual_digits") + "\n";
      case "Split" ->
          "Split "
              + part.path("pattern")
              + " "
              + part.path("behavior")
              + " "
              + part.path("invert")
              + "\n";
      default -> part + "\n";
    };
  }

  private static boolean use(JsonNode flag) {
    return flag.asBoolean(true);
  }
}
