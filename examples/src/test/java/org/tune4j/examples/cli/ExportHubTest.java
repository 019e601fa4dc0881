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
import org.tune4j.engine.tensor.DType;

/** A model leaves as a folder of the hub, with a card that says what is known. */
class ExportHubTest {
  @TempDir private static Path folder;
  private static Path model;

  @BeforeAll
  static void files() throws IOException {
    model = RandomDemo.model(folder, DType.BFLOAT16);
    Files.writeString(model.resolve("README.md"), "---\nlicense: mit\nlanguage: en\n---\n# base\n");
  }

  private static CliRun export(String name, Object... more) {
    Object[] call = {"export", "hub", "--json", "--model", model, "--output", folder.resolve(name)};
    Object[] all = Arrays.copyOf(call, call.length + more.length);
    System.arraycopy(more, 0, all, call.length, more.length);
    return CliRun.of(all);
  }

  private static JsonNode exported(String name, Object... more) {
    CliRun run = export(name, more);
    assertThat(run.code()).as(run.err()).isZero();
    return run.json().get(0);
  }

  @Test
  void shardsOfTheSameModel() throws IOException {
    JsonNode line =
        exported(
            "sharded",
            "--max-shard-size",
            "1MB",
            "--base-model",
            "owner/base",
            "--datasets",
            "a/b,c/d");
    assertThat(line.path("max_abs_logit_drift").asDouble()).isZero();
    assertThat(line.path("same_greedy").asInt())
        .isEqualTo(line.path("prompts").asInt())
        .isPositive();
    Path out = folder.resolve("sharded");
    assertThat(out.resolve("model.safetensors.index.json")).exists();
    assertThat(out.resolve("model.safetensors")).doesNotExist();
    for (String copied : new String[] {"tokenizer.json", "tokenizer_config.json"}) {
      assertThat(out.resolve(copied)).hasSameBinaryContentAs(model.resolve(copied));
    }
    assertThat(Files.readString(out.resolve("README.md")))
        .startsWith(
            """
            ---
            license: mit
            language: en
            base_model: owner/base
            library_name: transformers
            pipeline_tag: text-generation
            tags:
            - llama
            - tune4j
            datasets:
            - a/b
            - c/d
            ---

            # sharded
            """);
  }

  /** The card of what a run trained tells its data, settings and figures. */
  @Test
  void aRunsAdapterMergedAndOnItsOwn() throws IOException {
    Path run = folder.resolve("run");
    CliRun trained =
        CliRun.of(
            "sft",
            "--model",
            model,
            "--data",
            RandomDemo.rows(folder, "sentiment_train.jsonl", 4),
            "--output",
            run,
            "--precision",
            "fp32",
            "--max-length",
            "64",
            "--max-steps",
            "2");
    assertThat(trained.code()).as(trained.err()).isZero();
    assertThat(Files.readString(run.resolve("adapter/README.md")))
        .startsWith("---\nlibrary_name: peft\npipeline_tag: text-generation\ntags:\n- lora\n")
        .contains("| r | 8 |")
        .doesNotContain(folder.toString());
    exported("merged", "--adapter", run.resolve("adapter"), "--license", "apache-2.0");
    assertThat(Files.readString(folder.resolve("merged/README.md")))
        .contains("license: apache-2.0\n", "| steps | 2 |", "| training loss, last step |")
        .contains("| 4-sentiment_train.jsonl | SHA-256 ", "| learning_rate | ")
        .doesNotContain("language:", "base_model:", folder.toString());
  }

  @Test
  void aGgufFileBecomesAFolderAgain() throws IOException {
    Path file = folder.resolve("gguf/model.gguf");
    CliRun gguf = CliRun.of("export", "gguf", "--model", model, "--output", file.getParent());
    assertThat(gguf.code()).as(gguf.err()).isZero();
    CliRun run =
        CliRun.of("export", "hub", "--json", "--model", file, "--output", folder.resolve("back"));
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.json().get(0).path("max_abs_logit_drift").asDouble()).isZero();
    assertThat(Files.readString(folder.resolve("back/config.json")))
        .contains("\"bfloat16\"", "LlamaForCausalLM");
    assertThat(folder.resolve("back/generation_config.json")).exists();
  }

  @Test
  void wrongCalls() {
    assertThat(export("x", "--max-shard-size", "big").err()).contains("max_shard_size");
    CliRun none = export("x", "--max-shard-size", "0");
    assertThat(none.code()).isEqualTo(2);
    assertThat(none.err()).contains("at least 1 byte");
    CliRun base = export("x", "--base-model", "/models/base");
    assertThat(base.code()).isEqualTo(2);
    assertThat(base.err()).contains("owner/name");
    CliRun drift = export("x", "--dtype", "fp16", "--max-drift", "-1");
    assertThat(drift.code()).isEqualTo(1);
    assertThat(drift.err()).contains("nothing was written");
    assertThat(folder.resolve("x")).doesNotExist();
  }
}
