package org.tune4j.lora;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tune4j.engine.Fuzz;
import org.tune4j.engine.MalformedFile;
import org.tune4j.engine.ModelFormatException;
import org.tune4j.engine.model.CausalLm;

/** Adapters that are refused, and what each is told. */
class MalformedAdapterTest {
  private static final String VALID =
      """
      {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "lora_dropout": 0.0, "bias": "none",
       "target_modules": ["q_proj"], "use_rslora": false, "rank_pattern": {}, "alpha_pattern": {},
       "layers_to_transform": null, "modules_to_save": null, "exclude_modules": null}
      """;

  @TempDir Path parent;
  private Path folder;
  private CausalLm base;

  @BeforeEach
  void save() {
    folder = parent.resolve("adapter");
    base = TinyBase.model(false);
    LoraConfig config = LoraConfig.builder().r(4).targetModules("q_proj").build();
    try (Lora lora = Lora.create(base, config, 3)) {
      lora.save(folder, "base");
    }
  }

  @AfterEach
  void close() {
    base.close();
  }

  static List<MalformedFile> files() {
    return List.of(
        MalformedFile.of("empty", "", "is empty"),
        MalformedFile.of("no object", "[]", "found array"),
        MalformedFile.of("deep nesting", "{\"a\":" + "[".repeat(5000), "nesting depth"),
        MalformedFile.of("a byte order mark", "\uFEFF{}", "byte order mark"),
        MalformedFile.of("no type", "{}", "peft_type", "found nothing"),
        with("another method", "LORA", "XLORA", "peft_type", "LORA, IA3", "XLORA"),
        with("a name twice", "\"bias\"", "\"r\": 8, \"bias\"", "Duplicate field 'r'"),
        with("an active key", "\"bias\"", "\"use_qalora\": true, \"bias\"", "use_qalora = true"),
        with("a rank of 0", "\"r\": 4", "\"r\": 0", "r: wanted 1 to 65536, found 0"),
        with("a rank of 2^31 - 1", "\"r\": 4", "\"r\": 2147483647", "found 2147483647"),
        with("a rank of 2^32", "\"r\": 4", "\"r\": 4294967296", "r: wanted a whole number"),
        with("a rank that is a text", "\"r\": 4", "\"r\": \"4\"", "r: wanted a whole number"),
        with("an infinite alpha", "alpha\": 8", "alpha\": 1e999", "lora_alpha", "finite"),
        with("an alpha that is a text", "alpha\": 8", "alpha\": \"8\"", "lora_alpha", "\"8\""),
        with("all dropped", "0.0", "1.0", "lora_dropout: wanted 0 to 0.99, found 1.0"),
        with("an unknown bias", "none", "some", "bias: wanted none, all or lora_only"),
        with("a flag of a text", "rslora\": false", "rslora\": \"yes\"", "use_rslora"),
        with("modules of numbers", "[\"q_proj\"]", "[1]", "target_modules: wanted a list of names"),
        with("modules of an object", "[\"q_proj\"]", "{}", "target_modules"),
        with("modules that are not there", "[\"q_proj\"]", "[\"w_pack\"]", "w_pack", "q_proj"),
        with("no expression", "[\"q_proj\"]", "\"(\"", "target_modules", "no regular expression"),
        with(
            "an expression that explodes",
            "[\"q_proj\"]",
            "\"(.|..)*\\\\1#\"",
            "more than 100000 steps"),
        with("a long expression", "[\"q_proj\"]", "\"" + "(".repeat(2000) + "\"", "at most 1000"),
        with(
            "a pattern that is none",
            "rank_pattern\": {",
            "rank_pattern\": {\"(\": 4",
            "no regular expression"),
        with(
            "a pattern without a number",
            "alpha_pattern\": {",
            "alpha_pattern\": {\"q\": \"4\"",
            "alpha_pattern: wanted a finite number"),
        with(
            "a pattern of rank -1",
            "rank_pattern\": {",
            "rank_pattern\": {\"q_proj\": -1",
            "rank_pattern.q_proj: wanted 1 to 65536, found -1"),
        with(
            "a list of blocks and no blocks",
            "\"use_rslora\"",
            "\"layers_pattern\": \"layers\", \"use_rslora\"",
            "layers_to_transform: wanted blocks"),
        with(
            "layers of texts", "transform\": null", "transform\": [\"a\"]", "layers_to_transform"));
  }

  private static MalformedFile with(String what, String from, String to, String... parts) {
    return MalformedFile.of(what, VALID.replace(from, to), parts);
  }

  private Runnable loading(byte[] config) {
    write("adapter_config.json", config);
    return () -> Lora.load(base, folder).close();
  }

  private Path write(String name, byte[] content) {
    try {
      return Files.write(folder.resolve(name), content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("files")
  void isRefused(MalformedFile file) {
    file.assertRefused(folder.resolve("adapter_config.json"), loading(file.content()));
  }

  /** The rank is checked against the file before there is memory for the adapter. */
  @Test
  void aRankThatTheWeightsDoNotHaveIsRefused() {
    assertThatThrownBy(
            loading(VALID.replace("\"r\": 4", "\"r\": 65536").getBytes(StandardCharsets.UTF_8))
                ::run)
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("q_proj.lora_A.weight: wanted [65536, 32], found [4, 32]");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void weightsThatAreNoNumbersAreRefused(float bad) throws IOException {
    Path file = folder.resolve("adapter_model.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - 4, bad);
    Files.write(file, bytes);
    assertThatThrownBy(() -> Lora.load(base, folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("model.layers.1.self_attn.q_proj.lora_B.weight: number 127 is NaN");
  }

  @Test
  void aPickleBesideIsNotLoaded() throws IOException {
    Files.move(folder.resolve("adapter_model.safetensors"), folder.resolve("adapter_model.bin"));
    assertThatThrownBy(() -> Lora.load(base, folder))
        .isInstanceOf(ModelFormatException.class)
        .hasMessageContaining("adapter_model.safetensors: no such file");
  }

  @Test
  void damagedConfigurationsGiveOurExceptions() {
    Fuzz.check(60, VALID.getBytes(StandardCharsets.UTF_8), content -> loading(content).run());
  }
}
