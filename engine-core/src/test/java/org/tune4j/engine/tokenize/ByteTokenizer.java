package org.tune4j.engine.tokenize;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * Writes the smallest useful tokenizer: one token a byte (id 0 to 255 in the order of the
 * byte-level alphabet), {@code <s>} 256, {@code </s>} 257, {@code <pad>} 258, and {@code <think>}
 * 259, which is added but not special.
 */
public final class ByteTokenizer {
  public static final int BOS = 256;
  public static final int EOS = 257;
  public static final int PAD = 258;

  private static final ObjectMapper JSON = new ObjectMapper();

  private ByteTokenizer() {}

  /** Writes tokenizer.json and tokenizer_config.json; with a template that adds BOS if wanted. */
  public static Path write(Path folder, boolean addsBos) throws IOException {
    ObjectNode json = json(addsBos);
    Files.write(folder.resolve("tokenizer.json"), JSON.writeValueAsBytes(json));
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\":\"<s>\",\"eos_token\":\"</s>\",\"pad_token\":\"<pad>\"}");
    return folder;
  }

  static ObjectNode json(boolean addsBos) throws IOException {
    ObjectNode json = JSON.createObjectNode().put("version", "1.0");
    String[] added = {"<s>", "</s>", "<pad>", "<think>"};
    for (int i = 0; i < added.length; i++) {
      json.withArray("added_tokens")
          .addObject()
          .put("id", 256 + i)
          .put("content", added[i])
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", i < 3);
    }
    String byteLevel =
        "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim_offsets\":false,"
            + "\"use_regex\":false}";
    json.set("pre_tokenizer", JSON.readTree(byteLevel));
    json.set("decoder", JSON.readTree(byteLevel));
    if (addsBos) {
      json.set(
          "post_processor",
          JSON.readTree(
              "{\"type\":\"TemplateProcessing\",\"single\":[{\"SpecialToken\":{\"id\":\"<s>\","
                  + "\"type_id\":0}},{\"Sequence\":{\"id\":\"A\",\"type_id\":0}}],\"pair\":["
                  + "{\"Sequence\":{\"id\":\"A\",\"type_id\":0}},"
                  + "{\"Sequence\":{\"id\":\"B\",\"type_id\":1}}],\"special_tokens\":"
                  + "{\"<s>\":{\"id\":\"<s>\",\"ids\":[256],\"tokens\":[\"<s>\"]}}}"));
    }
    ObjectNode model = json.putObject("model").put("type", "BPE");
    ObjectNode vocabulary = model.putObject("vocab");
    alphabet().forEach(c -> vocabulary.put(Character.toString(c), vocabulary.size()));
    model.putArray("merges");
    return json;
  }

  /** The 256 characters that stand for bytes in byte-level vocabularies. */
  private static IntStream alphabet() {
    return IntStream.concat(
        IntStream.rangeClosed('!', '~'),
        IntStream.concat(
            IntStream.rangeClosed('¡', 'ÿ').filter(c -> c != '\u00ad'),
            IntStream.range(256, 256 + 68)));
  }
}
