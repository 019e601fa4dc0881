package org.tune4j.engine.model.arch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tune4j.engine.Fuzz;
import org.tune4j.engine.MalformedFile;
import org.tune4j.engine.model.RandomModels;

/** Model configurations that are refused, and what each is told. */
class MalformedConfigTest {
  private static final String VALID =
      """
      {"model_type": "llama", "vocab_size": 260, "hidden_size": 32, "intermediate_size": 48,
       "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8,
       "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "max_position_embeddings": 64,
       "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0,
        "high_freq_factor": 4.0, "original_max_position_embeddings": 32},
       "hidden_act": "silu", "attention_bias": false, "tie_word_embeddings": true,
       "eos_token_id": [1, 2]}
      """;

  private static final String NEOX =
      """
      {"model_type": "gpt_neox", "vocab_size": 260, "hidden_size": 32, "intermediate_size": 48,
       "num_hidden_layers": 2, "num_attention_heads": 4, "rotary_pct": 0.25}
      """;

  private static final String BERT =
      """
      {"model_type": "roberta", "vocab_size": 260, "hidden_size": 32, "intermediate_size": 48,
       "num_hidden_layers": 2, "num_attention_heads": 4, "pad_token_id": 1, "type_vocab_size": 1,
       "architectures": ["RobertaForTokenClassification"], "id2label": {"0": "O", "1": "B-PER"}}
      """;

  @TempDir Path folder;

  static List<MalformedFile> files() {
    return List.of(
        MalformedFile.of("empty", "", "is empty"),
        MalformedFile.of("no object", "\"llama\"", "wanted a JSON object, found string"),
        MalformedFile.of("a comment", "{ // x\n}", "not valid JSON"),
        MalformedFile.of("deep nesting", "{\"a\":" + "[".repeat(100_000), "nesting depth"),
        MalformedFile.of("NaN", "{\"rms_norm_eps\": NaN}", "not valid JSON"),
        MalformedFile.of("a byte order mark", "\uFEFF" + VALID, "byte order mark"),
        MalformedFile.of(
            "no UTF-8",
            VALID.replace("silu", "sil\u00ff").getBytes(StandardCharsets.ISO_8859_1),
            "wanted UTF-8"),
        MalformedFile.of(
            "a name twice",
            VALID.replace("{\"model", "{\"vocab_size\": 1, \"model"),
            "Duplicate field 'vocab_size'"),
        MalformedFile.of(
            "no family", VALID.replace("\"llama\"", "5"), "field model_type", "a text"),
        with("an unknown family", "\"llama\"", "\"llama9\"", "model_type llama9", "gpt_neox"),
        with("no size", "\"hidden_size\": 32,", "", "hidden_size", "found nothing"),
        with("a size of 2^31", "_size\": 32", "_size\": 2147483648", "hidden_size", "2147483648"),
        with("a size above the limit", "_size\": 32", "_size\": 2147483647", "1 to 131072"),
        with("a size of a text", "_size\": 32", "_size\": \"32\"", "hidden_size", "\"32\""),
        with("a negative vocabulary", "260", "-1", "vocab_size", "found -1"),
        with("a vocabulary of a fraction", "260", "260.0", "vocab_size", "found 260.0"),
        with(
            "10^9 layers", "layers\": 2", "layers\": 1000000000", "num_hidden_layers", "1 to 1024"),
        with("no layers", "layers\": 2", "layers\": 0", "num_hidden_layers", "found 0"),
        with(
            "heads that share unevenly",
            "key_value_heads\": 2",
            "key_value_heads\": 3",
            "num_key_value_heads = 3",
            "must divide num_attention_heads = 4"),
        with(
            "heads that do not divide",
            "4, \"num_key_value_heads\": 2, \"head_dim\": 8",
            "5",
            "num_attention_heads = 5",
            "must divide hidden_size = 32"),
        with("half a pair", "head_dim\": 8", "head_dim\": 7", "head_dim = 7", "even"),
        with("an infinite epsilon", "1e-5", "1e999", "rms_norm_eps", "a finite number"),
        with("a negative epsilon", "1e-5", "-1e-5", "rms_norm_eps", "at least 0"),
        with("no base", "10000.0", "0", "rope_theta", "above 0"),
        with("scaling that is no object", "{\"rope_type\"", "[{\"rope_type\"", "not valid JSON"),
        with(
            "scaling that is a number",
            "\"rope_scaling\": {",
            "\"rope_scaling\": 5, \"x\": {",
            "field rope_scaling",
            "an object"),
        with("unknown scaling", "llama3", "yarn9", "rope_type", "llama3, yarn and longrope"),
        with("a factor of 0", "\"factor\": 8.0", "\"factor\": 0", "field factor", "above 0"),
        with(
            "frequencies crossed",
            "high_freq_factor\": 4.0",
            "high_freq_factor\": 0.5",
            "high_freq_factor",
            "low_freq_factor"),
        with("an unknown activation", "silu", "exec", "hidden_act = \"exec\"", "known are silu"),
        with("a flag of a number", "bias\": false", "bias\": 0", "attention_bias", "true or false"),
        with("a negative end", "[1, 2]", "-2", "eos_token_id", "a token id"),
        with("ends of texts", "[1, 2]", "[\"</s>\"]", "eos_token_id", "a token id"),
        MalformedFile.of(
            "quantised weights",
            VALID.replace(
                "\"hidden_act\"", "\"quantization_config\": {\"bits\": 4}, \"hidden_act\""),
            "weight_block_size",
            "known is [128, 128]"),
        MalformedFile.of(
            "more experts than there are",
            RandomModels.QWEN2_MOE.replace("per_tok\":2", "per_tok\":6"),
            "Choosing 6 of 5 experts"),
        MalformedFile.of(
            "groups that do not divide",
            RandomModels.DEEPSEEK_V3.replace("n_group\":3", "n_group\":4"),
            "of 6 experts out of 2 of 4 groups"),
        MalformedFile.of(
            "another choice of experts",
            RandomModels.DEEPSEEK_V3.replace(
                "\"n_group\"", "\"topk_method\":\"random\",\"n_group\""),
            "topk_method",
            "noaux_tc"),
        MalformedFile.of(
            "a window of -1",
            RandomModels.MISTRAL.replace("window\":5", "window\":-1"),
            "sliding_window",
            "found -1"),
        MalformedFile.of(
            "kinds of attention that are too few",
            RandomModels.GEMMA2.replace("\"eos", "\"layer_types\":[\"full_attention\"],\"eos"),
            "layer_types",
            "a list of 2 of"),
        MalformedFile.of(
            "factors that are too few",
            RandomModels.PHI3.replace(
                "\"type\":\"yarn\"",
                "\"type\":\"longrope\",\"short_factor\":[1],\"long_factor\":[1]"),
            "short_factor",
            "a list of 3 numbers above 0"),
        MalformedFile.of("more than a whole head", NEOX.replace("0.25", "1.5"), "rotary_pct"));
  }

  private static MalformedFile with(String what, String from, String to, String... parts) {
    return MalformedFile.of(what, VALID.replace(from, to), parts);
  }

  private Runnable reading(byte[] content) {
    try {
      Files.write(folder.resolve("config.json"), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return () -> Architectures.read(folder);
  }

  @ParameterizedTest
  @MethodSource("files")
  void isRefused(MalformedFile file) {
    file.assertRefused(folder.resolve("config.json"), reading(file.content()));
  }

  @Test
  void aFolderInPlaceOfAFileIsRefused() throws IOException {
    Path path = Files.createDirectory(folder.resolve("config.json"));
    MalformedFile.of("a folder", "", "is not a file")
        .assertRefused(path, () -> Architectures.read(folder));
  }

  @Test
  void damagedConfigurationsGiveOurExceptions() {
    List<String> configurations = new ArrayList<>(List.of(VALID, NEOX, BERT));
    configurations.addAll(RandomModels.DENSE);
    configurations.addAll(RandomModels.SPARSE);
    for (String valid : configurations) {
      Fuzz.check(500, valid.getBytes(StandardCharsets.UTF_8), c -> reading(c).run());
    }
  }
}
