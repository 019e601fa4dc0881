package org.tune4j.engine.misuse;

import static org.tune4j.engine.misuse.Misuse.argument;
import static org.tune4j.engine.misuse.Misuse.config;
import static org.tune4j.engine.misuse.Misuse.harmless;
import static org.tune4j.engine.misuse.Misuse.memory;
import static org.tune4j.engine.misuse.Misuse.missing;
import static org.tune4j.engine.misuse.Misuse.state;

import java.util.List;
import java.util.Map;
import org.tune4j.engine.adapt.Trainable;
import org.tune4j.engine.adapt.TrainableTensors;
import org.tune4j.engine.adapt.TrainableWeights;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.model.BlockSeeds;
import org.tune4j.engine.model.Recompute;
import org.tune4j.engine.model.TensorSlot;
import org.tune4j.engine.objective.CausalLmObjective;
import org.tune4j.engine.optim.AdamW;
import org.tune4j.engine.optim.AdamW.Settings;
import org.tune4j.engine.optim.Gradients;
import org.tune4j.engine.optim.Schedule;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.MatrixProduct;
import org.tune4j.engine.train.TrainConfig;

/** Things to train, optimizers and losses that are put together wrongly or used too late. */
final class TrainMisuses {
  private static final double NAN = Double.NaN;
  private static final TensorSlot SMALL = TensorSlot.whole("small", 2, 3);
  private static final TensorSlot FOREIGN = TensorSlot.whole("foreign", 2);
  private static final CausalLmObjective LOSS = new CausalLmObjective();
  private final Subject subject = new Subject();
  private final TrainableTensors small = trainables(SMALL);

  List<Misuse> all() {
    return List.of(
        missing("training null", "", () -> new TrainableTensors(null, DType.FLOAT32, scope())),
        missing(
            "training in no scope",
            "parent",
            () -> new TrainableTensors(all(SMALL), DType.FLOAT32, null)),
        state(
            "training in a closed scope",
            "closed",
            () -> new TrainableTensors(all(SMALL), DType.FLOAT32, closedScope())),
        harmless(
            "training nothing",
            () -> new AdamW(trainables(), Settings.DEFAULT, scope()).step(1, 1)),
        argument("two trainables of one name", "small", () -> trainables(SMALL, SMALL)),
        memory("trainable of 4 TiB", "zeros", () -> trainables(TensorSlot.whole("big", 1L << 40))),
        argument(
            "trainable beyond 64 bits", "big", () -> TensorSlot.whole("big", 1L << 40, 1L << 40)),
        argument("trainable of a negative size", "[-1]", () -> TensorSlot.whole("big", -1)),
        missing(
            "trainable of no name", "", () -> trainables(TensorSlot.whole(null, 2)).master(null)),
        argument("master of what is not trained", "foreign", () -> small.master(FOREIGN)),
        argument("copy of what is not trained", "foreign", () -> small.compute(FOREIGN)),
        argument("gradient of what is not trained", "foreign", () -> small.gradient(FOREIGN)),
        state(
            "gradient after closing", "closed", () -> closedTrainables().flatGradient().toFloats()),
        state("copies renewed after closing", "closed", TrainMisuses::refreshClosed),
        harmless("trainables closed twice", () -> closedTrainables().close()),
        missing("values from no model", "model", () -> TrainableWeights.copyFrom(null, small)),
        state("values from a closed model", "closed", this::copyFromClosed),
        missing(
            "optimizer of nothing", "trainables", () -> new AdamW(null, Settings.DEFAULT, scope())),
        missing(
            "optimizer without settings",
            "settings",
            () -> new AdamW(small, null, scope()).step(1, 1)),
        state(
            "optimizer in a closed scope",
            "closed",
            () -> new AdamW(small, Settings.DEFAULT, closedScope())),
        state(
            "optimizer of closed trainables",
            "closed",
            () -> new AdamW(closedTrainables(), Settings.DEFAULT, scope())),
        state("update after the optimizer", "closed", this::updateAfterOptimizer),
        state("update after the trainables", "closed", this::updateAfterTrainables),
        argument("update with rate NaN", "NaN", () -> optimizer().step(NAN, 1)),
        argument("update with a negative rate", "-1.0", () -> optimizer().step(-1, 1)),
        argument("update with an endless rate", "Infinity", () -> optimizer().step(1 / 0., 1)),
        argument("update with factor NaN", "NaN", () -> optimizer().step(1, NAN)),
        argument("negative number of updates", "-1", () -> optimizer().restore(-1)),
        config("beta1 of 1", "adam_beta1", () -> new Settings(1, 0.9, 1e-8, 0)),
        config("beta2 below 0", "adam_beta2", () -> new Settings(0.9, -1, 1e-8, 0)),
        config("beta1 that is no number", "adam_beta1", () -> new Settings(NAN, 0.9, 1e-8, 0)),
        config("epsilon of 0", "adam_epsilon", () -> new Settings(0.9, 0.9, 0, 0)),
        config("endless epsilon", "adam_epsilon", () -> new Settings(0.9, 0.9, 1 / 0., 0)),
        config("negative decay", "weight_decay", () -> new Settings(0.9, 0.9, 1e-8, -1)),
        config("decay that is no number", "weight_decay", () -> new Settings(0.9, 0.9, 1e-8, NAN)),
        missing("gradients of nothing", "trainables", () -> new Gradients(null).norm()),
        state(
            "gradients cleared after closing",
            "closed",
            () -> new Gradients(closedTrainables()).clear()),
        state(
            "gradients measured after closing",
            "closed",
            () -> new Gradients(closedTrainables()).norm()),
        missing("loss of no model", "model", () -> LOSS.loss(null, subject.batch)),
        missing("loss of no batch", "batch", () -> LOSS.loss(subject.bound, null)),
        state("loss of a closed model", "closed", TrainMisuses::lossOfClosed),
        argument(
            "loss of another model's batch",
            "another",
            () -> LOSS.loss(new Subject().bound, subject.batch)),
        harmless("loss of nothing to learn", this::lossOfUnlearned),
        missing("training pass that recomputes null", "recompute", () -> gradients(null, 1)),
        harmless("training pass with scale NaN", () -> gradients(Recompute.NONE, NAN)),
        harmless("training pass with absurd seeds", this::absurdSeeds),
        missing("schedule of no type", "type", () -> new Schedule(null, 0, 1, Map.of("a", 1))),
        config("negative warm-up", "warmup_steps", () -> schedule(-1, 1)),
        config("negative number of updates to come", "-5", () -> schedule(0, -5)),
        config(
            "rate below 0", "learning_rate", () -> TrainConfig.builder().learningRate(-1).build()),
        config(
            "rate that is no number",
            "learning_rate",
            () -> TrainConfig.builder().learningRate(NAN).build()),
        config(
            "no rows in a micro-batch",
            "per_device",
            () -> TrainConfig.builder().perDeviceTrainBatchSize(0).build()),
        config(
            "no epochs", "num_train_epochs", () -> TrainConfig.builder().numTrainEpochs(0).build()),
        config(
            "labels smoothed away",
            "label_smoothing_factor",
            () -> TrainConfig.builder().labelSmoothingFactor(1).build()),
        missing(
            "product of no model",
            "architecture",
            () -> MatrixProduct.flopsPerSecond(null, DType.FLOAT32, 1, 1, 0)));
  }

  private TensorScope scope() {
    return subject.scope;
  }

  private static List<Trainable> all(TensorSlot... slots) {
    return List.of(slots).stream().map(slot -> new Trainable(slot, true)).toList();
  }

  private TrainableTensors trainables(TensorSlot... slots) {
    return new TrainableTensors(all(slots), DType.FLOAT32, scope());
  }

  private static TrainableTensors closedTrainables() {
    try (TensorScope own = TensorScope.open()) {
      return new TrainableTensors(all(SMALL), DType.FLOAT32, own);
    }
  }

  private static TensorScope closedScope() {
    TensorScope closed = TensorScope.open();
    closed.close();
    return closed;
  }

  private static void refreshClosed() {
    TrainableTensors trained;
    try (TensorScope own = TensorScope.open()) {
      trained = new TrainableTensors(all(SMALL), DType.BFLOAT16, own);
    }
    trained.refresh();
  }

  private void copyFromClosed() {
    TrainableWeights.copyFrom(Subject.closed().model, subject.trainables);
  }

  private AdamW optimizer() {
    return new AdamW(small, Settings.DEFAULT, scope());
  }

  private void updateAfterOptimizer() {
    AdamW optimizer = optimizer();
    optimizer.close();
    optimizer.step(1, 1);
  }

  private void updateAfterTrainables() {
    TrainableTensors trained = trainables(SMALL);
    AdamW optimizer = new AdamW(trained, Settings.DEFAULT, scope());
    trained.close();
    optimizer.step(1, 1);
  }

  private static void lossOfClosed() {
    Subject closed = Subject.closed();
    LOSS.loss(closed.bound, closed.batch);
  }

  private void lossOfUnlearned() {
    int[] ids = {1, 2};
    int[] none = {EncodedExample.NOT_LEARNED, EncodedExample.NOT_LEARNED};
    Batch batch = Batch.of(List.of(new EncodedExample(0, "unlearned", ids, none)));
    LOSS.lossAndGradients(
        subject.bound, subject.bound.upload(batch, scope()), 1, Recompute.NONE, null);
  }

  private void gradients(Recompute recompute, double scale) {
    LOSS.lossAndGradients(subject.bound, subject.batch, scale, recompute, null);
  }

  private void absurdSeeds() {
    BlockSeeds seeds = new BlockSeeds(Long.MIN_VALUE, Long.MAX_VALUE, -1);
    LOSS.lossAndGradients(subject.bound, subject.batch, 1, Recompute.BLOCKS, seeds);
  }

  private static void schedule(long warmup, long total) {
    new Schedule(Schedule.Type.LINEAR, warmup, total, Map.of());
  }
}
