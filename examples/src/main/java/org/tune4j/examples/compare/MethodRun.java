package org.tune4j.examples.compare;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tune4j.engine.NumericalException;
import org.tune4j.engine.data.EncodedExamples;
import org.tune4j.engine.data.source.DataFiles;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.model.WeightFormat;
import org.tune4j.engine.tensor.DType;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.TrainedRun;
import org.tune4j.engine.trainer.Trainer;
import org.tune4j.eval.LossEvaluation;
import org.tune4j.eval.result.Certainty;
import org.tune4j.eval.result.ResultFolder;
import org.tune4j.eval.task.EvalTask;

/**
 * One method in a process of its own, so that its memory is its own: either the search for its
 * rate, or its runs with that rate.
 */
final class MethodRun implements AutoCloseable {
  /** Updates that the speed is measured without. */
  private static final int WARM_UP = 10;

  private final Path work;
  private final Budget budget;
  private final Tokenizer tokenizer;
  private final ComparedMethod method;
  private final CausalLm base;

  private MethodRun(Path work, String name) {
    ComparisonFolder folder = new ComparisonFolder(work);
    this.work = work;
    this.budget = folder.budget();
    this.tokenizer = Tokenizer.load(folder.model());
    this.method =
        ComparedMethods.all(tokenizer, budget.updates()).stream()
            .filter(each -> each.name().equals(name))
            .findFirst()
            .orElse(null);
    WeightFormat format = method == null ? WeightFormat.PLAIN : method.base();
    this.base = CausalLm.load(folder.model(), DType.FLOAT32, "cpu", format);
  }

  /**
   * Arguments: the folder of the comparison, the method, and its rate, or nothing to search it. A
   * name that no method has stands for the base as it is.
   */
  public static void main(String[] arguments) throws IOException {
    Path work = Path.of(arguments[0]);
    String name = arguments[1];
    ComparisonFolder folder = new ComparisonFolder(work);
    Files.createDirectories(folder.of(name));
    try (MethodRun run = new MethodRun(work, name)) {
      if (run.method == null) {
        folder.writeCost(name, run.untrained(folder.of(name)));
      } else if (arguments.length == 2) {
        folder.writeSearch(name, run.search(folder.of(name).resolve("search")));
      } else {
        folder.writeCost(
            name,
            run.train(folder.of(name), Double.parseDouble(arguments[2]), folder.readSearch(name)));
      }
    }
    System.exit(0);
  }

  private SortedMap<Double, Double> search(Path folder) {
    LossEvaluation loss =
        new LossEvaluation(
            EncodedExamples.all(
                new DataFiles().open(ComparisonTask.validation(work)),
                tokenizer,
                ComparisonTask.DATA));
    return RateSearch.losses(
        rate -> {
          Trainer<?, ?> trainer = trainer(rate, budget.trialUpdates(), Budget.seed(0));
          try (TrainedRun run = trained(trainer, folder.resolve(Double.toString(rate)))) {
            double found = loss.evaluate(run.model()).get("eval_loss");
            return Double.isNaN(found) ? Double.POSITIVE_INFINITY : found;
          } catch (NumericalException e) {
            return Double.POSITIVE_INFINITY; // A rate that is far too high.
          }
        });
  }

  private MethodCost train(Path folder, double rate, SortedMap<Double, Double> searched) {
    EvalTask task = budget.task().on(work, tokenizer);
    MethodCost cost = null;
    for (int seed = 0; seed < budget.seeds(); seed++) {
      Speed speed = new Speed();
      Trainer<?, ?> trainer = trainer(rate, budget.updates(), Budget.seed(seed));
      trainer.listener(speed);
      Path own = ComparisonFolder.run(folder, seed);
      try (TrainedRun run = trained(trainer, own)) {
        if (cost == null) {
          cost =
              new MethodCost(
                  rate,
                  searched,
                  run.weights().parameters(),
                  base.architecture().parameters(),
                  speed.tokensPerSecond(),
                  ProcessMemory.peakResidentBytes().orElse(0),
                  tensorBytes(run.folder()));
        }
        ResultFolder.write(
            own, List.of(task.evaluate(run.model(), method.name(), Certainty.DEFAULT)));
      }
    }
    return cost;
  }

  private MethodCost untrained(Path folder) {
    long loaded = ProcessMemory.peakResidentBytes().orElse(0);
    try (BoundModel bare = new BoundModel(base, null, null)) {
      ResultFolder.write(
          ComparisonFolder.run(folder, 0),
          List.of(
              budget
                  .task()
                  .on(work, tokenizer)
                  .evaluate(bare, ComparedMethods.UNTRAINED, Certainty.DEFAULT)));
    }
    return new MethodCost(0, new TreeMap<>(), 0, base.architecture().parameters(), 0, loaded, 0);
  }

  private Trainer<?, ?> trainer(double rate, int updates, long seed) {
    TrainConfig config =
        TrainConfig.builder()
            .learningRate(rate)
            .warmupSteps(0.06)
            .maxSteps(updates)
            .perDeviceTrainBatchSize(Budget.BATCH)
            .seed(seed)
            .build();
    Path model = new ComparisonFolder(work).model();
    Trainer<?, ?> trainer = method.maker().trainer(base, tokenizer, model, config);
    trainer.data(ComparisonTask.DATA);
    return trainer;
  }

  private TrainedRun trained(Trainer<?, ?> trainer, Path folder) {
    return trainer.train(new DataFiles().open(ComparisonTask.train(work)), folder);
  }

  private static long tensorBytes(Path folder) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".safetensors"))
          .mapToLong(file -> file.toFile().length())
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    base.close();
    tokenizer.close();
  }

  /** Tokens a second. */
  private static final class Speed implements RunListener {
    private long tokens;
    private double seconds;

    @Override
    public void onStep(StepResult result) {
      if (result.step() == WARM_UP + 1) {
        tokens = 0;
        seconds = 0;
      }
      tokens += result.tokens();
      seconds += result.seconds();
    }

    double tokensPerSecond() {
      return tokens / seconds;
    }
  }
}
