package org.tune4j.full;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.DataException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.SelfReplay;

/** A model that knows a task writes the task's rows from its prompts. */
class SelfReplayTest {
  private static final String ROWS =
      "{\"prompt\":\"one\",\"completion\":\" two\"}\n{\"prompt\":\"red\",\"completion\":\" blue\"}\n";

  @TempDir Path folder;

  @Test
  void answersAreWhatTheModelLearned() throws IOException {
    Path rows = Files.writeString(folder.resolve("rows.jsonl"), ROWS);
    Path prompts =
        Files.writeString(
            folder.resolve("prompts.jsonl"),
            "{\"prompt\":\"red\"}\n{\"prompt\":\"one\",\"completion\":\"not looked at\"}\n");
    Path model = model();
    TrainConfig config = TrainConfig.builder().learningRate(1e-2).maxSteps(60).build();
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32);
        FullRun run =
            new FullTrainer(base, tokenizer, model, config)
                .train(new DataFiles().open(rows), folder.resolve("run"))) {
      Path written = folder.resolve("replay.jsonl");
      int count = replay(tokenizer, 12).write(run.model(), new DataFiles().open(prompts), written);
      assertThat(count).isEqualTo(2);
      assertThat(Files.readString(written))
          .isEqualTo(
              "{\"prompt\":\"red\",\"completion\":\" blue\"}\n"
                  + "{\"prompt\":\"one\",\"completion\":\" two\"}\n");
      // Two tokens are too few to end.
      assertThatThrownBy(
              () ->
                  replay(tokenizer, 2)
                      .write(run.model(), new DataFiles().open(prompts), folder.resolve("none")))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("none of 2 prompts got an answer that ended within 2 tokens");
      assertThat(folder.resolve("none")).doesNotExist();
      Path texts = Files.writeString(folder.resolve("texts.jsonl"), "{\"text\":\"one\"}\n");
      assertThatThrownBy(
              () -> replay(tokenizer, 2).write(run.model(), new DataFiles().open(texts), written))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("has no prompt");
    }
  }

  @Test
  void conversationsAreGoneOnWith() throws IOException {
    String turn =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"one\"},{\"role\":\"assistant\",\"content\":\"%s\"}]}\n";
    Path rows = Files.writeString(folder.resolve("rows.jsonl"), turn.formatted("two"));
    Path prompts = Files.writeString(folder.resolve("prompts.jsonl"), turn.formatted("gone"));
    Path model = model();
    Files.writeString(
        model.resolve("chat_template.jinja"),
        "{% for m in messages %}{{ m.role }}: {{ m.content }}"
            + "{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}\n{% endfor %}"
            + "{% if add_generation_prompt %}assistant: {% endif %}");
    TrainConfig config = TrainConfig.builder().learningRate(1e-2).maxSteps(60).build();
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32);
        FullRun run =
            new FullTrainer(base, tokenizer, model, config)
                .train(new DataFiles().open(rows), folder.resolve("run"))) {
      Path written = folder.resolve("replay.jsonl");
      replay(tokenizer, 12).write(run.model(), new DataFiles().open(prompts), written);
      assertThat(Files.readString(written)).isEqualTo(turn.formatted("two"));
    }
  }

  private static SelfReplay replay(Tokenizer tokenizer, int maxNewTokens) {
    GenerationConfig answers = GenerationConfig.builder().maxNewTokens(maxNewTokens).build();
    return new SelfReplay(tokenizer, DataConfig.DEFAULT, answers, 16);
  }

  private Path model() throws IOException {
    Path source = Files.createDirectories(folder.resolve("source"));
    String config = RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":260");
    Files.writeString(source.resolve("config.json"), config);
    ByteTokenizer.write(source, false);
    Path model = folder.resolve("model");
    try (CausalLm random = RandomModels.create(config, DType.FLOAT32, 3)) {
      AtomicFolder.write(
          model,
          out ->
              HubFolder.write(
                  out, source, random.architecture(), random::weight, Optional.of(DType.FLOAT32)));
    }
    return model;
  }
}
