package org.tune4j.examples.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.tune4j.engine.StorageException;
import org.tune4j.engine.checkpoint.Manifest;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.generate.GenerationConfig;
import org.tune4j.engine.generate.Generator;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.lora.LoraConfig;
import org.tune4j.lora.LoraRun;
import org.tune4j.lora.LoraTrainer;

/** Runs and generations on the demo's model, which is loaded once; by any thread. */
final class DemoRuns implements AutoCloseable {
  private static final List<String> PROMPTS =
      List.of("Review: The room was clean.", "评论：房间很干净。", "We", "12 + 7 =");
  private static final int NEW_TOKENS = 64;

  private final DemoFolder folder = DemoFolder.create();
  private final CausalLm base = CausalLm.load(folder.model(), DType.FLOAT32);
  private final Tokenizer tokenizer = Tokenizer.load(folder.model());

  /**
   * Trains an adapter: packed rows, two micro-batches an update, dropout, checkpoints.
   *
   * @param seed of the run
   * @return the SHA-256 of the adapter's tensors
   */
  String train(long seed, long updates, RunListener listener) {
    Path run = folder.path().resolve("run-" + Thread.currentThread().getId());
    TrainConfig training =
        TrainConfig.builder()
            .seed(seed)
            .maxSteps(updates)
            .learningRate(1e-3)
            .perDeviceTrainBatchSize(1)
            .gradientAccumulationSteps(2)
            .saveSteps(Math.max(1, updates / 10))
            .saveTotalLimit(1)
            .build();
    LoraConfig lora = LoraConfig.builder().r(4).loraDropout(0.1).build();
    DataConfig data = DataConfig.builder().maxLength(64).packing(Packing.BEST_FIT).build();
    LoraTrainer trainer =
        new LoraTrainer(base, tokenizer, lora, training).data(data).listener(listener);
    try (LoraRun trained = trainer.train(new DataFiles().open(folder.rows()), run)) {
      String tensors = "adapter_model.safetensors";
      return Manifest.Entry.of(trained.adapter().resolve(tensors), tensors).sha256();
    } catch (IOException e) {
      throw new StorageException(run + ": the adapter cannot be read: " + e.getMessage(), e);
    } finally {
      DemoFolder.delete(run);
    }
  }

  /** Continues prompts at random: the tokens, a row a prompt. */
  List<List<Integer>> generate() {
    GenerationConfig config =
        GenerationConfig.builder()
            .maxNewTokens(NEW_TOKENS)
            .doSample(true)
            .endOfText(Set.of())
            .seed(7)
            .build();
    List<int[]> prompts = PROMPTS.stream().map(text -> tokenizer.encode(text, true).ids()).toList();
    try (BoundModel model = new BoundModel(base, null, null)) {
      return new Generator(model)
          .generate(prompts, config).stream()
              .map(text -> Arrays.stream(text.newIds()).boxed().toList())
              .toList();
    }
  }

  @Override
  public void close() {
    tokenizer.close();
    base.close();
    folder.delete();
  }
}
