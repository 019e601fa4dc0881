package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.lora.Lora;

/** Adapters combined and looked at by commands. */
class AdapterCommandsTest {
  @TempDir Path folder;

  private static Path peft(String path) {
    try {
      return Path.of(AdapterCommandsTest.class.getResource("../conformance/peft").toURI())
          .resolve(path);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final Path BEGUN = peft("loraplus/adapter_init");
  private static final Path TRAINED = peft("loraplus/adapter_final");

  @Test
  void aCombinationIsAnAdapterOfTheBase() {
    Path out = folder.resolve("out");
    CliRun run =
        CliRun.of(
            "combine",
            "--adapters",
            TRAINED + "=0.7," + peft("lora_tokens/../loraplus/adapter_final") + "=-0.2",
            "--combination-type",
            "ties_svd",
            "--density",
            "0.5",
            "--output",
            out);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().strip()).isEqualTo(out.toString());
    assertThat(run.err()).contains("model.layers.1.self_attn.q_proj", "all");
    assertThat(out.resolve("README.md")).content().contains("ties_svd", "0.7", "-0.2");
    try (CausalLm base = CausalLm.load(peft("base/llama"), DType.FLOAT32);
        Lora lora = Lora.load(base, out)) {
      assertThat(lora.adapter().modules()).hasSize(8);
    }
  }

  @Test
  void oneAdapterIsBroughtToALowerRank() {
    CliRun run =
        CliRun.of(
            "combine",
            "--adapters",
            TRAINED + "=1",
            "--svd-rank",
            "2",
            "--json",
            "--output",
            folder.resolve("out"));
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode line = run.json().get(0);
    assertThat(line.get("error").doubleValue()).isBetween(0.0, 1.0);
    assertThat(line.get("sites")).hasSize(8).allMatch(site -> site.get("rank").intValue() == 2);
    CliRun report = CliRun.of("adapters", "--json", TRAINED, folder.resolve("out"));
    assertThat(report.code()).as(report.err()).isZero();
    List<JsonNode> lines = report.json();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0).get("sites").get(0).get("singular_values")).hasSize(4);
    double kept = lines.get(0).get("energy").get("2").doubleValue();
    double error = line.get("error").doubleValue();
    assertThat(1 - error * error).isCloseTo(kept, within(1e-6));
    // The best approximation of rank 2 is the adapter's projection, whose cosine is known.
    assertThat(lines.get(2).get("cosine").doubleValue()).isCloseTo(Math.sqrt(kept), within(1e-6));
  }

  @Test
  void aReportIsATable() {
    CliRun run = CliRun.of("adapters", TRAINED, BEGUN);
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("effective rank", "32 x 32", "kept of the squared norm at rank 1: ", "cosine");
  }

  @Test
  void whatCannotBeCombinedIsNamed() {
    Path out = folder.resolve("out");
    CliRun twice =
        CliRun.of("combine", "--adapters", TRAINED + "=1," + TRAINED + "=1", "--output", out);
    assertThat(twice.code()).isEqualTo(2);
    assertThat(twice.err()).contains("each name once");
    CliRun missing = CliRun.of("combine", "--output", out);
    assertThat(missing.code()).isEqualTo(2);
    assertThat(missing.err()).contains("--adapters is missing");
    CliRun density =
        CliRun.of(
            "combine", "--adapters", TRAINED + "=1", "--combination-type", "ties", "--output", out);
    assertThat(density.code()).isEqualTo(2);
    assertThat(density.err()).contains("density");
    CliRun olora =
        CliRun.of("combine", "--adapters", peft("olora/adapter_final") + "=1", "--output", out);
    assertThat(olora.code()).isEqualTo(1);
    assertThat(olora.err()).contains("init_lora_weights");
    CliRun dora = CliRun.of("adapters", peft("dora_qwen2/adapter_final"));
    assertThat(dora.code()).isEqualTo(1);
    assertThat(dora.err()).contains("use_dora");
    assertThat(Files.exists(out)).isFalse();
  }
}
