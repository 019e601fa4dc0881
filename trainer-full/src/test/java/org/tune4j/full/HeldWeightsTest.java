package org.tune4j.full;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.objective.AnchoredObjective;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.WeightAnchor;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.TrainConfig;

/** Runs that hold what an old task needs, and runs that do not. */
class HeldWeightsTest {
  private static final CausalLmObjective LOSS = new CausalLmObjective();
  private static final TrainConfig CONFIG =
      TrainConfig.builder().learningRate(5e-3).maxSteps(12).saveSteps(6).build();

  @TempDir Path folder;
  private Path model;
  private Path rows;

  @BeforeEach
  void files() throws IOException {
    Path source = Files.createDirectories(folder.resolve("source"));
    String config = RandomModels.LLAMA.replace("\"vocab_size\":97", "\"vocab_size\":260");
    Files.writeString(source.resolve("config.json"), config);
    ByteTokenizer.write(source, false);
    model = folder.resolve("model");
    try (CausalLm random = RandomModels.create(config, DType.FLOAT32, 3)) {
      AtomicFolder.write(
          model,
          out ->
              HubFolder.write(
                  out, source, random.architecture(), random::weight, Optional.of(DType.FLOAT32)));
    }
    rows = folder.resolve("texts.jsonl");
    Files.writeString(rows, "{\"text\":\"one two\"}\n{\"text\":\"two one\"}\n");
  }

  @Test
  void whatAnOldTaskNeedsIsHeldAndTheRestIsFree() {
    Path fisher = folder.resolve("fisher.safetensors");
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      measure(base, fisher);
      FullTrainer free = new FullTrainer(base, tokenizer, model, CONFIG);
      FullTrainer held = new FullTrainer(base, tokenizer, model, CONFIG).ewc(fisher, 1e4);
      double freePenalty = penalty(free, base, fisher, "free");
      assertThat(penalty(held, base, fisher, "held")).isLessThan(freePenalty / 10);
      for (FullTrainer other :
          List.of(
              new FullTrainer(base, tokenizer, model, CONFIG).ewc(fisher, 2e4),
              new FullTrainer(base, tokenizer, model, CONFIG))) {
        assertThatThrownBy(() -> penalty(other.resume(true), base, fisher, "held"))
            .isInstanceOf(ConfigException.class)
            .hasMessageContaining("anchor was lambda 10000.0");
      }
    }
  }

  @Test
  void weightsAreHeldNearTheStart() {
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      double[] moved = new double[2];
      for (int i = 0; i < 2; i++) {
        FullTrainer trainer = new FullTrainer(base, tokenizer, model, CONFIG).l2ToStart(100 * i);
        try (FullModel start = new FullModel(base, Freezing.NONE);
            FullRun run = trainer.train(new DataFiles().open(rows), folder.resolve("run" + i))) {
          float[] from = start.weights().flat().toFloats();
          float[] to = run.weights().flat().toFloats();
          for (int k = 0; k < from.length; k++) {
            moved[i] += Math.pow(to[k] - from[k], 2);
          }
        }
      }
      assertThat(moved[1]).isPositive().isLessThan(moved[0] / 4);
    }
  }

  private static void measure(CausalLm base, Path fisher) {
    List<EncodedExample> sample =
        List.of(new EncodedExample(0, "old", new int[] {7, 8, 9}, new int[] {7, 8, 9}));
    try (FullModel old = new FullModel(base, Freezing.NONE);
        WeightAnchor anchor =
            WeightAnchor.measure(old.model(), old.weights(), LOSS, sample, base.scope())) {
      anchor.write(fisher);
    }
  }

  /** What is left of the old task's claim at a run's end. */
  private double penalty(FullTrainer trainer, CausalLm base, Path fisher, String name) {
    try (FullRun run = trainer.train(new DataFiles().open(rows), folder.resolve(name));
        WeightAnchor anchor = WeightAnchor.read(fisher, run.weights(), base.scope())) {
      return new AnchoredObjective(LOSS, anchor, 1).addPenalty();
    }
  }
}
