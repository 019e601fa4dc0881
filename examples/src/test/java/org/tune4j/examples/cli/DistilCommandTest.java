package org.tune4j.examples.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.tensor.DType;

/** {@code tune4j sft} with a teacher. */
class DistilCommandTest {
  @TempDir private Path folder;
  private Path model;
  private Path teacher;
  private Path rows;

  @BeforeEach
  void files() throws IOException {
    model = RandomDemo.model(folder, DType.FLOAT32);
    teacher = RandomDemo.model(Files.createDirectory(folder.resolve("teacher")), DType.BFLOAT16);
    rows = RandomDemo.rows(folder, "sentiment_train.jsonl", 12);
  }

  private CliRun sft(String run, Object... options) {
    List<Object> call =
        new ArrayList<>(
            List.of(
                "sft",
                "--model",
                model,
                "--data",
                rows,
                "--output",
                folder.resolve(run),
                "--precision",
                "fp32",
                "--max-steps",
                "2",
                "--preflight-allow",
                "duplicates,near_duplicates,conflicts"));
    call.addAll(Arrays.asList(options));
    return CliRun.of(call.toArray());
  }

  @Test
  void whatATeacherSaysIsKeptOnceAndThenTakesItsPlace() throws IOException {
    Path logits = folder.resolve("teacher.safetensors");
    CliRun first =
        sft("first", "--teacher", teacher, "--teacher-logits", logits, "--temperature", "2");
    assertThat(first.code()).as(first.err()).isZero();
    byte[] kept = Files.readAllBytes(logits);
    CliRun second = sft("second", "--teacher-logits", logits, "--temperature", "2");
    assertThat(second.code()).as(second.err()).isZero();
    assertThat(logits).hasBinaryContent(kept);
    assertThat(folder.resolve("second/adapter/adapter_model.safetensors"))
        .hasSameBinaryContentAs(folder.resolve("first/adapter/adapter_model.safetensors"));
    JsonNode config = new ObjectMapper().readTree(folder.resolve("first/config.json").toFile());
    assertThat(config.at("/distillation/teacher_top_k").asInt()).isEqualTo(64);
    CliRun other =
        sft("other", "--teacher", model, "--teacher-logits", logits, "--temperature", "2");
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains(logits.toString(), "make it anew");
    CliRun colder = sft("colder", "--teacher-logits", logits);
    assertThat(colder.err()).contains(logits.toString(), "temperature of 2.0");
  }

  @Test
  void vectorsAreMatchedInBothWays() {
    for (String how : List.of("cosine", "mse")) {
      CliRun run =
          sft(how, "--teacher", teacher, "--hidden-match", how, "--hidden-layers", "1=1,2=2");
      assertThat(run.code()).as(run.err()).isZero();
    }
  }

  @Test
  void modelsThatCannotTeachAreRefusedBeforeAnythingIsLoaded() throws IOException {
    Path config = teacher.resolve("config.json");
    ObjectMapper json = new ObjectMapper();
    ObjectNode content = (ObjectNode) json.readTree(config.toFile());
    Files.delete(teacher.resolve("model.safetensors"));
    json.writeValue(config.toFile(), content.deepCopy().put("vocab_size", 2049));
    assertThat(sft("larger", "--teacher", teacher).err()).contains("2049", "2048");
    json.writeValue(config.toFile(), content.deepCopy().put("hidden_size", 96));
    assertThat(sft("wider", "--teacher", teacher, "--hidden-match", "cosine").err())
        .contains("hidden_match cosine", "96", "192");
    json.writeValue(config.toFile(), content);
    Path tokenizer = teacher.resolve("tokenizer.json");
    ObjectNode changed = (ObjectNode) json.readTree(tokenizer.toFile());
    ObjectNode vocabulary = (ObjectNode) changed.at("/model/vocab");
    vocabulary.put("!", 4).put("\"", 3);
    json.writeValue(tokenizer.toFile(), changed);
    assertThat(sft("tokens", "--teacher", teacher).err())
        .contains("the teacher's token 3 is \" and");
    assertThat(sft("none", "--teacher-logits", folder.resolve("nothing")).err())
        .contains("nothing", "no teacher is given to make it");
  }
}
