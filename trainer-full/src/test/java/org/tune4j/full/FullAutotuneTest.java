package org.tune4j.full;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.NativeGate;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.MemorySettings;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.TuningReport;
import org.tune4j.engine.trainer.Autotune;

/** All weights trained by a run that is tuned first, though the model gives its own up for it. */
class FullAutotuneTest {
  private static final DataConfig DATA =
      DataConfig.builder().preflightAllow("duplicates", "near_duplicates").build();

  @TempDir Path folder;
  private final int threads = NativeGate.threads();

  @AfterEach
  void asMany() {
    NativeGate.setThreads(threads);
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
                  out,
                  source,
                  random.architecture(),
                  random::weight,
                  java.util.Optional.of(DType.FLOAT32)));
    }
    return model;
  }

  private Path rows() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 16; i++) {
      text.append("{\"text\":\"row %d%s\"}\n".formatted(i, " and more".repeat(i % 3)));
    }
    return Files.writeString(folder.resolve("rows.jsonl"), text);
  }

  private static byte[] written(Path run) throws IOException {
    return Files.readAllBytes(run.resolve("model").resolve("model.safetensors"));
  }

  @Test
  void aTunedRunIsTheOneThatIsOrderedSo() throws IOException {
    Path model = model();
    Path rows = rows();
    TrainConfig asked =
        TrainConfig.builder()
            .learningRate(5e-3)
            .perDeviceTrainBatchSize(4)
            .maxSteps(4)
            .memory(new MemorySettings(TrainedStorage.PLAIN, true, false, false))
            .build();
    List<TuningReport> reports = new ArrayList<>();
    RunListener listener =
        new RunListener() {
          @Override
          public void onTuning(TuningReport report) {
            reports.add(report);
          }
        };
    TrainConfig chosen;
    try (Tokenizer tokenizer = Tokenizer.load(model)) {
      try (CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
        FullTrainer trainer =
            new FullTrainer(base, tokenizer, model, asked)
                .data(DATA)
                .listener(listener)
                .autotune(new Autotune(folder.resolve("choices.json"), Duration.ofMinutes(5)));
        try (FullTrainer.Planned planned =
            trainer.plan(new DataFiles().open(rows), folder.resolve("tuned"))) {
          planned.train(base).close();
          chosen = planned.config();
        }
      }
      try (CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
        new FullTrainer(base, tokenizer, model, chosen)
            .data(DATA)
            .train(new DataFiles().open(rows), folder.resolve("by-hand"))
            .close();
      }
    }
    assertThat(reports.get(0).tried()).hasSizeGreaterThan(2);
    assertThat(written(folder.resolve("tuned"))).isEqualTo(written(folder.resolve("by-hand")));
  }
}
