package org.tune4j.full;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.Ema;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.ByteTokenizer;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.ResumeContract;
import org.tune4j.engine.train.StopAfter;
import org.tune4j.engine.train.TrainConfig;

/** Weights that stay as they are, in a model of three blocks. */
class FreezingTest {
  @TempDir Path folder;

  private static Set<String> trained(Architecture model, Freezing freezing) {
    return freezing.trained(model).stream()
        .flatMap(each -> each.slot().parts().stream())
        .map(TensorSlot.Part::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Freezing only(String... expressions) {
    return new Freezing(0, false, List.of(expressions));
  }

  @Test
  void isWhatBlocksEmbeddingsAndExpressionsSay() {
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3)) {
      Architecture architecture = model.architecture();
      Set<String> all = trained(architecture, Freezing.NONE);
      assertThat(trained(architecture, new Freezing(1, true, List.of())))
          .isEqualTo(
              all.stream()
                  .filter(name -> !name.contains("layers.0.") && !name.contains("embed_tokens"))
                  .collect(Collectors.toSet()));
      assertThat(trained(architecture, only("model.layers.1.mlp", "model.norm")))
          .isEqualTo(
              all.stream()
                  .filter(name -> name.contains("layers.1.mlp") || name.contains("model.norm"))
                  .collect(Collectors.toSet()));
      // Matched from the first character on, as by Python's re.match.
      assertThat(trained(architecture, only(".*down_proj"))).hasSize(3);
    }
  }

  @Test
  void refusesWhatFreezesNothingOrAll() {
    try (CausalLm model = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3)) {
      assertRefused(model, only("model.layers.1.mlp.down_prj"), "nearest is 'model.layers.1.mlp");
      assertRefused(model, only("down_proj"), "matches no weight");
      assertRefused(model, only(".*q_proj"), "k_proj");
      assertRefused(model, new Freezing(4, false, List.of()), "has 3 blocks, found 4");
      assertRefused(model, new Freezing(1, false, List.of("model.layers.0.mlp")), "freeze_layers");
    }
    assertThatThrownBy(() -> only("a("))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("no regular expression");
    assertThatThrownBy(() -> new Freezing(-1, false, List.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("freeze_layers");
  }

  private static void assertRefused(CausalLm model, Freezing freezing, String message) {
    assertThatThrownBy(() -> new FullModel(model, freezing))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message);
  }

  /**
   * Less is kept of the forward pass, and what is trained gets the gradients that it gets in all.
   */
  @Test
  void theBackwardPassEndsAtTheLowestTrainedBlock() {
    int[] ids = new Random(1).ints(9, 0, 97).toArray();
    Batch batch = Batch.of(List.of(new EncodedExample(0, "row", ids, ids.clone())));
    try (CausalLm base = RandomModels.create(RandomModels.LLAMA, DType.FLOAT32, 3);
        FullModel whole = new FullModel(base, Freezing.NONE);
        FullModel upper = new FullModel(base, new Freezing(1, true, List.of()))) {
      assertThat(upper.weights().parameters()).isLessThan(whole.weights().parameters());
      assertThat(upper.weights().flatGradient().elements()).isEqualTo(upper.weights().parameters());
      assertThat(kept(upper.model(), batch)).isLessThan(kept(whole.model(), batch));
      for (FullModel each : List.of(whole, upper)) {
        try (TensorScope work = each.model().workScope()) {
          new CausalLmObjective()
              .lossAndGradients(
                  each.model(), each.model().upload(batch, work), 1, Recompute.NONE, null);
        }
      }
      for (Trainable weight : upper.weights().all()) {
        assertThat(upper.weights().gradient(weight.slot()).toFloats())
            .isEqualTo(whole.weights().gradient(weight.slot()).toFloats());
      }
    }
  }

  private static long kept(BoundModel model, Batch batch) {
    try (TensorScope work = model.workScope()) {
      long before = TensorScope.openHandles();
      model.forward(model.upload(batch, work), Recompute.NONE, null, work);
      return TensorScope.openHandles() - before;
    }
  }

  @Test
  void frozenWeightsAreWrittenAsTheyWere() throws IOException {
    Path model = model();
    try (Tokenizer tokenizer = Tokenizer.load(model);
        CausalLm base = CausalLm.load(model, DType.FLOAT32)) {
      TrainConfig config =
          TrainConfig.builder()
              .learningRate(5e-3)
              .neftuneNoiseAlpha(5)
              .optimizer(new Ema.Settings(new AdamW.Settings(0.9, 0.99, 1e-8, 0), 0.8, false))
              .maxSteps(ResumeContract.STEPS)
              .saveSteps(1)
              .build();
      Path runs = folder.resolve("runs");
      Freezing freezing = new Freezing(1, true, List.of());
      ResumeContract.check(
          runs,
          (run, stopAfter) -> {
            FullTrainer trainer =
                new FullTrainer(base, tokenizer, model, config).freeze(freezing).resume(true);
            trainer.listener(new StopAfter(stopAfter, trainer::cancel)).train(rows(), run).close();
          });
      try (CausalLm trained = CausalLm.load(runs.resolve("whole/model"), DType.FLOAT32)) {
        Set<String> moved =
            freezing.trained(base.architecture()).stream()
                .map(each -> each.slot().name())
                .collect(Collectors.toSet());
        for (TensorSlot slot : base.architecture().slots()) {
          boolean same =
              Arrays.equals(base.weight(slot).toFloats(), trained.weight(slot).toFloats());
          assertThat(same).as(slot.name()).isEqualTo(!moved.contains(slot.name()));
        }
      }
      assertThatThrownBy(
              () ->
                  new FullTrainer(base, tokenizer, model, config)
                      .resume(true)
                      .train(rows(), runs.resolve("whole")))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("freezing.embeddings was true and is now false");
    }
  }

  private ExampleSource rows() throws IOException {
    Path rows = folder.resolve("texts.jsonl");
    Files.writeString(rows, "{\"text\":\"one two\"}\n{\"text\":\"two one\"}\n");
    return new DataFiles().open(rows);
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
