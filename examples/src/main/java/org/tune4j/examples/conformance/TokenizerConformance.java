package org.tune4j.examples.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.StreamSupport;
import org.tune4j.engine.tokenize.Encoding;
import org.tune4j.engine.tokenize.PaddedBatch;
import org.tune4j.engine.tokenize.Side;
import org.tune4j.engine.tokenize.Tokenizer;

/** Whether a tokenizer gives exactly what the Hugging Face tokenizers library gave. */
public final class TokenizerConformance {
  /** Checks a folder with {@code golden.json} and a tokenizer in transformers 5 and 4 spelling. */
  public void check(Path caseFolder, CheckSink sink) {
    String name = "tokenizer/" + caseFolder.getFileName();
    try (Tokenizer tokenizer = Tokenizer.load(caseFolder)) {
      JsonNode golden = new ObjectMapper().readTree(caseFolder.resolve("golden.json").toFile());
      Differences differences = new Differences();
      golden.path("cases").forEach(c -> checkCase(tokenizer, c, differences));
      golden.path("pairs").forEach(c -> checkCase(tokenizer, c, differences));
      golden.path("batches").forEach(b -> checkBatch(tokenizer, b, differences));
      differences.add(
          "vocabulary size", tokenizer.vocabularySize() == golden.path("vocab_size").asInt());
      checkRoles("roles, version 5 files", tokenizer, golden, differences);
      checkVersion4(caseFolder, golden, differences);
      differences.reportTo(sink, name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void checkCase(Tokenizer tokenizer, JsonNode golden, Differences differences) {
    for (String way : new String[] {"with_special", "without_special"}) {
      boolean special = way.equals("with_special");
      String text = golden.path("text").asText();
      Encoding encoding =
          golden.has("pair")
              ? tokenizer.encodePair(text, golden.path("pair").asText(), special)
              : tokenizer.encode(text, special);
      String prefix = golden.has("pair") ? "pairs " + way + " " : way + " ";
      checkEncoding(tokenizer, encoding, golden.path(way), prefix, differences);
    }
  }

  private void checkEncoding(
      Tokenizer tokenizer, Encoding encoding, JsonNode wanted, String prefix, Differences found) {
    found.add(prefix + "ids", Arrays.equals(encoding.ids(), ints(wanted.path("ids"))));
    found.add(prefix + "tokens", encoding.tokens().equals(strings(wanted.path("tokens"))));
    found.add(prefix + "offsets", sameOffsets(encoding, wanted));
    if (wanted.has("type_ids")) {
      found.add(
          prefix + "type_ids", Arrays.equals(encoding.typeIds(), ints(wanted.path("type_ids"))));
      int[] mask = ints(wanted.path("special_tokens_mask"));
      found.add(prefix + "special_tokens_mask", Arrays.equals(encoding.specialTokensMask(), mask));
    }
    int[] ids = ints(wanted.path("ids"));
    found.add(
        prefix + "decoded", tokenizer.decode(ids, false).equals(wanted.path("decoded").asText()));
    found.add(
        prefix + "decoded_skip_special",
        tokenizer.decode(ids, true).equals(wanted.path("decoded_skip_special").asText()));
  }

  private static boolean sameOffsets(Encoding encoding, JsonNode wanted) {
    JsonNode utf16 = wanted.path("offsets_utf16");
    JsonNode offsets = utf16.isArray() ? utf16 : wanted.path("offsets");
    boolean same = offsets.size() == encoding.length();
    for (int i = 0; same && i < offsets.size(); i++) {
      same =
          offsets.get(i).get(0).asInt() == encoding.starts()[i]
              && offsets.get(i).get(1).asInt() == encoding.ends()[i];
    }
    return same;
  }

  private void checkBatch(Tokenizer tokenizer, JsonNode golden, Differences differences) {
    PaddedBatch batch =
        tokenizer.encodeBatch(
            strings(golden.path("texts")),
            golden.path("max_length").asInt(),
            side(golden.path("truncation_side")),
            side(golden.path("padding_side")),
            golden.path("pad_token_id").asInt());
    differences.add(
        "batches input_ids", Arrays.deepEquals(batch.ids(), rows(golden.path("input_ids"))));
    differences.add(
        "batches attention_mask",
        Arrays.deepEquals(batch.attentionMask(), rows(golden.path("attention_mask"))));
  }

  private void checkVersion4(Path folder, JsonNode golden, Differences differences)
      throws IOException {
    Path copy = Files.createTempDirectory("tokenizer");
    Path tokenizerJson = copy.resolve("tokenizer.json");
    Path config = copy.resolve("tokenizer_config.json");
    try {
      Files.copy(folder.resolve("tokenizer.json"), tokenizerJson);
      Files.copy(folder.resolve("tokenizer_config.v4.json"), config);
      try (Tokenizer tokenizer = Tokenizer.load(copy)) {
        checkRoles("roles, version 4 files", tokenizer, golden, differences);
      }
    } finally {
      Files.deleteIfExists(tokenizerJson);
      Files.deleteIfExists(config);
      Files.delete(copy);
    }
  }

  private void checkRoles(
      String check, Tokenizer tokenizer, JsonNode golden, Differences differences) {
    JsonNode roles = golden.path("special_tokens");
    differences.add(check, tokenizer.bosId().equals(role(roles, "bos_token")));
    differences.add(check, tokenizer.eosId().equals(role(roles, "eos_token")));
    differences.add(check, tokenizer.padId().equals(role(roles, "pad_token")));
    differences.add(check, tokenizer.unkId().equals(role(roles, "unk_token")));
  }

  private static OptionalInt role(JsonNode roles, String role) {
    JsonNode id = roles.path(role).path("id");
    return id.isInt() ? OptionalInt.of(id.asInt()) : OptionalInt.empty();
  }

  private static Side side(JsonNode side) {
    return side.asText().equals("left") ? Side.LEFT : Side.RIGHT;
  }

  private static int[] ints(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).mapToInt(JsonNode::asInt).toArray();
  }

  private static int[][] rows(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .map(TokenizerConformance::ints)
        .toArray(int[][]::new);
  }

  private static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  /** Counts, for each check, the cases in which it failed. */
  private static final class Differences {
    private final Map<String, Integer> counts = new TreeMap<>();

    void add(String check, boolean same) {
      counts.merge(check, same ? 0 : 1, Integer::sum);
    }

    void reportTo(CheckSink sink, String caseName) {
      counts.forEach((check, count) -> sink.exact(caseName, check, count));
    }
  }
}
