package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.gguf.GgufFile;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.lora.Lora;
import org.tune4j.lora.LoraConfig;

/** A model leaves as GGUF and is used from there. */
class ExportGgufTest {
  @TempDir private static Path folder;
  private static Path model;
  private static Path adapter;

  @BeforeAll
  static void files() throws IOException {
    model = RandomDemo.model(folder, DType.BFLOAT16);
    adapter = folder.resolve("adapter");
    LoraConfig config =
        LoraConfig.builder()
            .r(4)
            .targetModules("q_proj", "v_proj", "down_proj")
            .initLoraWeights(LoraConfig.Init.RANDOM)
            .build();
    try (CausalLm base = CausalLm.load(model, DType.FLOAT32);
        Lora lora = Lora.create(base, config, 3)) {
      lora.save(adapter, "base");
    }
  }

  private static JsonNode export(String name, Object... more) {
    Object[] call = {
      "export", "gguf", "--json", "--model", model, "--output", folder.resolve(name)
    };
    Object[] all = Arrays.copyOf(call, call.length + more.length);
    System.arraycopy(more, 0, all, call.length, more.length);
    CliRun run = CliRun.of(all);
    assertThat(run.code()).as(run.err()).isZero();
    return run.json().get(0);
  }

  private static String generated(Path from) {
    CliRun run =
        CliRun.of(
            "generate",
            "--model",
            from,
            "--precision",
            "fp32",
            "--prompt",
            "The weather",
            "--json");
    assertThat(run.code()).as(run.err()).isZero();
    return run.out();
  }

  @Test
  void sameTypeIsTheSameModel() throws IOException {
    JsonNode line = export("same");
    assertThat(line.path("type").asText()).isEqualTo("bf16");
    assertThat(line.path("max_abs_logit_drift").asDouble()).isZero();
    assertThat(line.path("same_greedy").asInt()).isEqualTo(line.path("prompts").asInt());
    Path file = folder.resolve("same/model.gguf");
    assertThat(Files.readString(folder.resolve("same/Modelfile")))
        .isEqualTo("FROM ./model.gguf\nPARAMETER stop \"<|im_end|>\"\n");
    assertThat(generated(file)).isEqualTo(generated(model));
    JsonNode facts = CliRun.of("inspect", "--json", "--model", file).json().get(0);
    assertThat(facts.path("architecture").path("model_type").asText()).isEqualTo("llama");
    assertThat(facts.path("weights").path("bytes_by_dtype").has("BF16")).isTrue();
    assertThat(facts.path("tokenizer").path("eos_token").asText()).isEqualTo("<|im_end|>");
    assertThat(facts.path("tokenizer").path("chat_template").asBoolean()).isTrue();
  }

  @Test
  void quantisedDriftIsTold() {
    JsonNode line = export("small", "--type", "q4_k_m");
    assertThat(line.path("max_abs_logit_drift").asDouble()).isPositive();
    assertThat(line.path("positions").asInt()).isPositive();
  }

  /** The merged export, and the base's file merged with the same adapter. */
  @Test
  void adapterIsMergedBeforeOrAfter() {
    assertThat(
            export("merged", "--adapter", adapter, "--type", "f32")
                .path("max_abs_logit_drift")
                .asDouble())
        .isZero();
    export("plain", "--type", "f32");
    CliRun run =
        CliRun.of(
            "merge",
            "--model",
            folder.resolve("plain/model.gguf"),
            "--adapter",
            adapter,
            "--output",
            folder.resolve("hub"));
    assertThat(run.code()).as(run.err()).isZero();
    String merged = generated(folder.resolve("merged/model.gguf"));
    assertThat(generated(folder.resolve("hub"))).isEqualTo(merged);
    assertThat(merged).isNotEqualTo(generated(model));
  }

  @Test
  void adapterAloneIsAFileThatIsNoModel() {
    export("alone", "--adapter", adapter, "--adapter-only");
    Path file = folder.resolve("alone/adapter.gguf");
    try (GgufFile read = GgufFile.open(file)) {
      assertThat(read.metadata().text("general.type")).isEqualTo("adapter");
      assertThat(read.metadata().real("adapter.lora.alpha")).isEqualTo(8);
      assertThat(read.tensors())
          .containsKeys("blk.1.attn_q.weight.lora_a", "blk.0.ffn_down.weight.lora_b")
          .hasSize(2 * 3 * 2);
    }
    CliRun run = CliRun.of("generate", "--model", file, "--prompt", "x");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("adapter.gguf", "general.type", "found adapter");
  }

  @Test
  void fineTuningStartsFromAFile() throws IOException {
    export("start", "--type", "q8_0");
    CliRun run =
        CliRun.of(
            "sft",
            "--model",
            folder.resolve("start/model.gguf"),
            "--data",
            RandomDemo.rows(folder, "sentiment_train.jsonl", 4),
            "--output",
            folder.resolve("run"),
            "--precision",
            "fp32",
            "--max-length",
            "64",
            "--max-steps",
            "2");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(folder.resolve("run/adapter/adapter_model.safetensors")).exists();
  }

  @Test
  void wrongCalls() {
    assertThat(CliRun.of("export").code()).isEqualTo(2);
    CliRun type =
        CliRun.of(
            "export", "gguf", "--model", model, "--output", folder.resolve("x"), "--type", "q5");
    assertThat(type.code()).isEqualTo(2);
    assertThat(type.err()).contains("q4_k_m");
    CliRun there = CliRun.of("export", "gguf", "--model", model, "--output", model);
    assertThat(there.code()).isEqualTo(2);
    assertThat(there.err()).contains("is there already");
  }
}
