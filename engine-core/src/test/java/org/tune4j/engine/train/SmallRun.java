package org.tune4j.engine.train;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.checkpoint.TensorToWrite;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.BatchPlan;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.Packing;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.RandomModels;
import org.tune4j.engine.model.StoredTensors;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.objective.Objective;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.report.MetricsFile;
import org.tune4j.engine.tensor.DType;

/** Full-parameter training of a tiny random model on random rows. */
final class SmallRun implements AutoCloseable {
  private final CausalLm base;
  final TrainableTensors weights;
  final BoundModel model;
  final Optimizer optimizer;
  private final RunFolder folder;
  private final MetricsFile metrics;
  private final TrainConfig config;
  private UnaryOperator<Objective> objective = plain -> plain;
  private Evaluation evaluation;
  private final List<RunListener> listeners = new ArrayList<>();
  private TrainLoop loop;

  SmallRun(Path run, TrainConfig config, DType dtype) {
    this.config = config;
    this.base = RandomModels.create(RandomModels.LLAMA, dtype, 5);
    this.weights =
        new TrainableTensors(
            TrainableWeights.all(base.architecture()),
            dtype,
            config.memory().storage(),
            base.scope());
    TrainableWeights.copyFrom(base, weights);
    this.model = new BoundModel(base, null, weights);
    if (config.memory().spillStates()) {
      weights.spillStates(run.resolve("spill"));
    }
    if (config.memory().spillActivations()) {
      model.spillActivations(run.resolve("spill"));
    }
    this.optimizer = config.optimizer().optimizer(weights, base.scope());
    this.folder = RunFolder.open(run, true);
    this.metrics = new MetricsFile(run);
  }

  static TrainConfig.Builder config() {
    return TrainConfig.builder()
        .learningRate(1e-2)
        .perDeviceTrainBatchSize(2)
        .gradientAccumulationSteps(3)
        .maxSteps(ResumeContract.STEPS)
        .saveSteps(1)
        .seed(11);
  }

  /** What is put around the objective. */
  SmallRun objective(UnaryOperator<Objective> value) {
    objective = value;
    return this;
  }

  SmallRun evaluation(Evaluation value) {
    evaluation = value;
    return this;
  }

  SmallRun listener(RunListener listener) {
    listeners.add(listener);
    return this;
  }

  void cancel() {
    loop.cancel();
  }

  RunResult train() {
    List<RunListener> all = new ArrayList<>(List.of(metrics));
    all.addAll(listeners);
    loop =
        new TrainLoop(
            config,
            RunIdentity.of(base),
            model,
            weights,
            objective.apply(new CausalLmObjective()),
            optimizer,
            plan(),
            folder,
            target -> target.write("weights.safetensors", Map.of(), masters()),
            evaluation,
            all);
    return loop.run(true);
  }

  private List<TensorToWrite> masters() {
    return weights.state().entrySet().stream()
        .map(
            each ->
                StoredTensors.toWrite(each.getKey(), each.getValue(), each.getValue().elements()))
        .toList();
  }

  private BatchPlan plan() {
    Random random = new Random(13);
    List<EncodedExample> rows = new ArrayList<>();
    for (int row = 0; row < 40; row++) {
      int[] ids = random.ints(3 + random.nextInt(12), 3, 97).toArray();
      rows.add(new EncodedExample(row, "row " + row, ids, ids.clone()));
    }
    int micro = config.perDeviceTrainBatchSize();
    return BatchPlan.of(
        rows,
        new BatchConfig(
            config.seed(),
            micro * config.gradientAccumulationSteps(),
            micro,
            Optional.of(Packing.BEST_FIT),
            16,
            false));
  }

  @Override
  public void close() {
    metrics.close();
    folder.close();
    model.close();
    optimizer.close();
    weights.close();
    base.close();
  }
}
