package org.tune4j.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.kernel.TensorOps;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.HubFolder;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.model.arch.Architectures;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.report.MetricsFile;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.TrainLoop;
import org.tune4j.testdata.Corpus;
import org.tune4j.testdata.DemoFiles;

/**
 * The recipe of the demo's base model: pre-trains it from nothing, by this engine, on text that the
 * seeded generator of {@code src-test-data} writes, and writes {@code model.safetensors} (bf16).
 *
 * <p>Arguments: a work folder (goes on there when stopped), the folder to write, and the number of
 * updates (2000 for the shipped model).
 */
public final class PretrainDemoBase {
  private static final long SEED = 20261124;
  private static final int ROWS = 60_000;
  private static final int LENGTH = 256;

  private PretrainDemoBase() {}

  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    Path target = Path.of(arguments[1]);
    long updates = Long.parseLong(arguments[2]);
    Path folder = DemoFiles.copyBaseTo(work.resolve("base"));
    Path text = work.resolve("pretrain.jsonl");
    if (!Files.exists(text)) {
      Corpus.writePretraining(text, ROWS, SEED);
    }
    TrainConfig config =
        TrainConfig.builder()
            .learningRate(4e-3)
            .lrSchedulerType(Schedule.Type.COSINE)
            .warmupSteps(100)
            .maxSteps(updates)
            .perDeviceTrainBatchSize(8)
            .optimizer(new AdamW.Settings(0.9, 0.98, 1e-8, 0.1))
            .seed(SEED)
            .saveSteps(250)
            .saveTotalLimit(1)
            .build();
    try (Tokenizer tokenizer = Tokenizer.load(folder);
        CausalLm model = CausalLm.empty(Architectures.read(folder), DType.FLOAT32);
        TrainableTensors weights =
            new TrainableTensors(
                TrainableWeights.all(model.architecture()), model.dtype(), model.scope());
        BoundModel bound = new BoundModel(model, null, weights);
        Optimizer optimizer = config.optimizer().optimizer(weights, model.scope());
        RunFolder run = RunFolder.open(work, true);
        MetricsFile metrics = new MetricsFile(work)) {
      initialise(model.architecture(), weights, SEED);
      AtomicFolder.Content export =
          out ->
              HubFolder.write(
                  out, folder, model.architecture(), weights::master, Optional.of(DType.BFLOAT16));
      List<EncodedExample> rows =
          EncodedExamples.all(
              new DataFiles().open(text),
              tokenizer,
              DataConfig.builder().maxLength(LENGTH).build());
      BatchPlan plan =
          BatchPlan.of(
              rows, new BatchConfig(SEED, 8, 8, Optional.of(Packing.BEST_FIT), LENGTH, false));
      new TrainLoop(
              config,
              RunIdentity.of(model),
              bound,
              weights,
              new CausalLmObjective(),
              optimizer,
              plan,
              run,
              export,
              null,
              List.of(metrics, new UpdateLines()))
          .run(true);
      AtomicFolder.write(target, export);
    }
    System.exit(0);
  }

  /** Normal with deviation 0.02; norms at 1. The usual start of a Llama. */
  static void initialise(Architecture architecture, TrainableTensors weights, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (TensorSlot slot : architecture.slots()) {
      boolean isNorm = slot.shape().size() == 1;
      float[] values = new float[Math.toIntExact(slot.elements())];
      for (int i = 0; i < values.length; i++) {
        values[i] = isNorm ? 1 : (float) (random.nextGaussian() * 0.02);
      }
      try (TensorScope scope = TensorScope.open()) {
        TensorOps.copy(weights.master(slot), scope.floats(values, slot.sizes()));
      }
    }
    weights.refresh();
  }
}
