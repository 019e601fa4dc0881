package org.tune4j.examples.bench;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.adapt.TrainedStorage.Gradients;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.BatchCursor;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.BatchStream;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.PrecisionChoice;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.MatrixProduct;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.StepWork;
import org.tune4j.engine.train.TrainStep;
import org.tune4j.lora.Lora;
import org.tune4j.lora.LoraConfig;

/** Times supervised fine-tuning, and weighs the process. */
public final class SftBench {
  private static final int WARM_UP = 2;

  /** Beside the directory that the command is given in: the disk that has room. */
  private static final Path SPILL = Path.of("bench-spill");

  private SftBench() {}

  /** Runs the benchmark: the figures of its JSON line, in order. */
  public static Map<String, Object> run(SftBenchConfig config) {
    try (Tokenizer tokenizer = Tokenizer.load(config.model());
        CausalLm model = CausalLm.load(config.model(), config.dtype())) {
      List<EncodedExample> examples = examples(config, tokenizer);
      if (config.method() == SftBenchConfig.Method.FULL) {
        try (TrainableTensors weights =
                new TrainableTensors(
                    TrainableWeights.all(model.architecture()),
                    model.dtype(),
                    config.memory().storage(),
                    model.scope());
            BoundModel bound = new BoundModel(model, null, weights)) {
          TrainableWeights.copyFrom(model, weights);
          TrainableWeights.takeOver(model, weights);
          if (config.memory().spillStates()) {
            weights.spillStates(SPILL);
          }
          if (config.memory().spillActivations()) {
            bound.spillActivations(SPILL);
          }
          return measure(config, model, bound, weights, examples, 1e-5);
        }
      }
      LoraConfig lora =
          LoraConfig.builder()
              .r(config.rank())
              .loraAlpha(2.0 * config.rank())
              .loraDropout(config.loraDropout())
              .targetModules(config.target().split(","))
              .build();
      try (Lora adapted = Lora.create(model, lora, 0)) {
        return measure(config, model, adapted.model(), adapted.weights(), examples, 2e-4);
      }
    }
  }

  /** The first rows of the file: as many as the run reads. */
  private static List<EncodedExample> examples(SftBenchConfig config, Tokenizer tokenizer) {
    int wanted = config.batch() * config.steps() * (config.packing() ? 3 : 1);
    ExampleSource file = new DataFiles().open(config.data());
    List<EncodedExample> examples =
        EncodedExamples.all(
            bad -> file.rows(bad).limit(wanted),
            tokenizer,
            DataConfig.builder().maxLength(config.maxLength()).build());
    if (examples.size() < config.batch()) {
      throw new ConfigException(
          config.data()
              + ": wanted at least "
              + config.batch()
              + " rows, found "
              + examples.size());
    }
    return examples;
  }

  private static Map<String, Object> measure(
      SftBenchConfig config,
      CausalLm model,
      BoundModel bound,
      TrainableTensors weights,
      List<EncodedExample> examples,
      double learningRate) {
    BatchPlan plan =
        BatchPlan.of(
            examples,
            new BatchConfig(
                0,
                config.batch(),
                config.batch(),
                config.packing() ? Optional.of(Packing.BEST_FIT) : Optional.empty(),
                config.maxLength(),
                false));
    BatchStream batches = new BatchStream(plan, BatchCursor.START, Integer.MAX_VALUE);
    List<StepResult> results = new ArrayList<>();
    double firstStep = 0;
    try (Optimizer optimizer = config.optimizer().optimizer(weights, model.scope())) {
      boolean clips = config.memory().storage().gradients() != Gradients.RELEASED;
      TrainStep step =
          new TrainStep(
              bound,
              weights,
              new CausalLmObjective(),
              optimizer,
              config.recompute(),
              clips ? 1 : 0,
              0);
      for (int i = 0; i < config.steps(); i++) {
        results.add(
            step.run(batches.next(), results.size(), learningRate, Double.POSITIVE_INFINITY));
        if (i == 0) {
          firstStep =
              (System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime())
                  / 1e3;
        }
      }
    }
    long peak = ProcessMemory.peakResidentBytes().orElse(0);
    List<StepResult> timed = results.subList(Math.min(WARM_UP, results.size() - 1), results.size());
    double seconds = timed.stream().mapToDouble(StepResult::seconds).sum();
    long tokens = timed.stream().mapToLong(StepResult::tokens).sum();
    long labels = timed.stream().mapToLong(StepResult::labels).sum();
    double flops =
        StepWork.flops(
            model.architecture(),
            weights.parameters(),
            config.method() == SftBenchConfig.Method.FULL,
            config.recompute(),
            tokens,
            labels);
    Map<String, Object> line = new LinkedHashMap<>();
    line.put("mode", config.method().name().toLowerCase(Locale.ROOT));
    line.put("dtype", PrecisionChoice.name(config.dtype()));
    line.put("batch", config.batch());
    line.put("packing", config.packing());
    line.put("optim", config.optimizer().key());
    line.put("memory", config.memory().toString());
    line.put("recompute", config.recompute().name().toLowerCase(Locale.ROOT));
    line.put("tokens_per_s", rounded(tokens / seconds, 1));
    line.put("first_step_s", rounded(firstStep, 2));
    line.put("peak_rss_mib", peak >> 20);
    line.put("loss", results.stream().map(r -> rounded(r.loss(), 4)).toList());
    line.put("trainable", weights.parameters());
    double gemm =
        MatrixProduct.flopsPerSecond(
            model.architecture(), model.dtype(), tokens / timed.size(), 10, 0.7);
    line.put("gemm_share", rounded(flops / seconds / gemm, 3));
    line.put("gemm_gflops", rounded(gemm / 1e9, 0));
    return line;
  }

  private static double rounded(double value, int digits) {
    double scale = Math.pow(10, digits);
    return Math.round(value * scale) / scale;
  }
}
