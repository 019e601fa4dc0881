package org.tune4j.rlhf.ppo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.report.FlightEvents;
import org.tune4j.engine.report.MetricsFile;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.Evaluation;
import org.tune4j.engine.train.RunIdentity;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.train.TrainLoop;
import org.tune4j.engine.trainer.TrainedAdapter;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.rlhf.rollout.ResponseScorer;
import org.tune4j.rlhf.rollout.RolloutSampler;

/**
 * Learning from rewards, whatever the method: the policy answers prompts, the answers are scored,
 * and it learns from them in the one training loop. A subclass says what is learned.
 *
 * @param <S> the subclass
 */
public abstract class RolloutTrainer<S extends RolloutTrainer<S>> {
  private final CausalLm base;
  private final Tokenizer tokenizer;
  private final TrainConfig train;
  private final List<RunListener> listeners = new ArrayList<>();
  private DataConfig data = DataConfig.DEFAULT;
  private Evaluation evaluation;
  private BoundModel reference;
  private boolean resume;
  private String basePath;
  private final Map<String, String> identity = new LinkedHashMap<>();
  private volatile TrainLoop loop;
  private volatile boolean cancelled;

  /**
   * A trainer.
   *
   * @param train a mini-batch has {@code per_device_train_batch_size * gradient_accumulation_steps}
   *     rollouts; {@code num_train_epochs} says in how many updates each prompt is answered
   * @throws ConfigException if it has what has no meaning here
   */
  protected RolloutTrainer(CausalLm base, Tokenizer tokenizer, TrainConfig train) {
    PolicySettings.requireFit(train);
    this.base = base;
    this.basePath = base.configSha256().isEmpty() ? "" : base.sourceName();
    this.tokenizer = tokenizer;
    this.train = train;
  }

  /** This. */
  protected abstract S self();

  /**
   * Trains.
   *
   * @param prompts rows with a prompt
   * @param scorer says what answers are worth
   * @param run the folder for checkpoints, {@code metrics.jsonl} and, at the end, the policy
   * @return the policy, to be closed by the caller
   */
  public abstract RolloutRun train(ExampleSource prompts, ResponseScorer scorer, Path run);

  /** How prompts are read. Default {@link DataConfig#DEFAULT}. */
  public final S data(DataConfig value) {
    data = value;
    return self();
  }

  /**
   * What the policy is not to leave. Default the base, which the policy has to begin as. A run goes
   * on only with one of the same base; what it has on it is for {@link #identity} to tell.
   *
   * @param value of the policy's vocabulary; stays the caller's
   */
  public final S reference(BoundModel value) {
    requireVocabulary("reference", value.architecture());
    reference = value;
    return self();
  }

  /** Refuses another model of another vocabulary. */
  final void requireVocabulary(String what, Architecture other) {
    int wanted = base.architecture().vocabularySize();
    if (other.vocabularySize() != wanted) {
      throw new ConfigException(
          "the %s: wanted the policy's vocabulary of %d tokens, found %d"
              .formatted(what, wanted, other.vocabularySize()));
    }
  }

  /**
   * What the policy's files say the base model is; for all weights, the folder it came from.
   * Default: where the base was loaded from.
   */
  public final S basePath(String value) {
    basePath = value;
    return self();
  }

  /**
   * What else the numbers of a run depend on, such as {@code method}, {@code reward} or {@code
   * reference}: it goes on from a checkpoint only under the same.
   */
  public final S identity(String name, String value) {
    identity.put(name, value);
    return self();
  }

  /** What is measured every {@code eval_steps} optimizer steps. */
  public final S evaluation(Evaluation value) {
    evaluation = value;
    return self();
  }

  /** Is told what the run does. */
  public final S listener(RunListener value) {
    listeners.add(value);
    return self();
  }

  /** Goes on from the newest checkpoint in the run's folder, if there is one. */
  public final S resume(boolean value) {
    resume = value;
    return self();
  }

  /** Asks the run to end after the optimizer step under way; from any thread. */
  public final void cancel() {
    cancelled = true;
    TrainLoop running = loop;
    if (running != null) {
      running.cancel();
    }
  }

  /** The reference; null for the base. */
  protected final BoundModel reference() {
    return reference;
  }

  /**
   * Reads the prompts.
   *
   * @throws ConfigException if there is no room for an answer
   */
  protected final Prompts prompts(ExampleSource rows, Sampling sampling) {
    return sampling.prompts(rows, tokenizer, data, base.architecture(), train.seed());
  }

  /**
   * Trains and writes the policy.
   *
   * @param run the folder for checkpoints, {@code metrics.jsonl} and {@code policy}
   */
  protected final RunResult run(
      Prompts prompts, ResponseScorer scorer, Path run, Sampling sampling, Learner learner) {
    try (RunFolder folder = RunFolder.open(run, resume);
        TensorScope scope = base.scope().nested()) {
      RunResult result = run(prompts, scorer, folder, sampling, learner, scope);
      AtomicFolder.replace(folder(run), into -> learner.writer().writeTo(into, basePath));
      return result;
    }
  }

  /** Where a run's policy is written to. */
  protected static Path folder(Path run) {
    return run.resolve("policy");
  }

  private RunResult run(
      Prompts prompts,
      ResponseScorer scorer,
      RunFolder folder,
      Sampling sampling,
      Learner learner,
      TensorScope scope) {
    TrainedAdapter trained = learner.policy();
    int updates = sampling.updates(train, prompts.all().size());
    try (Optimizer optimizer = PolicySettings.optimizer(train, trained, scope);
        MetricsFile metrics = new MetricsFile(folder.path())) {
      List<RunListener> all = new ArrayList<>(List.of(metrics, new FlightEvents()));
      all.addAll(listeners);
      RolloutPlan plan =
          new RolloutPlan(
              new BatchConfig(
                  train.seed(),
                  train.gradientAccumulationSteps(),
                  1,
                  Optional.empty(),
                  data.maxLength(),
                  false),
              sampling.rollouts(),
              updates,
              source(prompts, scorer, sampling, trained.model()),
              learner.update(),
              List.copyOf(all));
      all.add(plan);
      loop =
          new TrainLoop(
              train.toBuilder().numTrainEpochs(updates).build(),
              identity(prompts, learner),
              trained.model(),
              trained.weights(),
              trained.objective(learner.objective()),
              optimizer,
              plan,
              folder,
              target -> learner.writer().writeTo(target, basePath),
              evaluation,
              all);
      if (cancelled) {
        loop.cancel();
      }
      return loop.run(resume);
    } finally {
      loop = null;
    }
  }

  private RunIdentity identity(Prompts prompts, Learner learner) {
    RunIdentity all =
        RunIdentity.of(base)
            .and("tokenizer", tokenizer.fingerprint())
            .and("rows", prompts.fingerprint())
            .and("data", data)
            .and(learner.key(), learner.config())
            .and("reference", reference == null ? "base" : fingerprint(reference.base()));
    Map<String, String> besides = new LinkedHashMap<>(learner.identity());
    besides.putAll(identity);
    for (Map.Entry<String, String> each : besides.entrySet()) {
      all = all.and(each.getKey(), each.getValue());
    }
    return all;
  }

  private static String fingerprint(CausalLm model) {
    return model.configSha256() + " " + model.weightsFingerprint();
  }

  private RolloutPlan.Source source(
      Prompts prompts, ResponseScorer scorer, Sampling sampling, BoundModel policy) {
    return new RolloutPlan.Source(
        prompts,
        sampling.generations(),
        new RolloutSampler(policy, sampling.limit().tokens(), sampling.temperature(), train.seed()),
        sampling.asksGreedy() ? RolloutSampler.greedy(policy, sampling.limit().tokens()) : null,
        tokenizer,
        scorer);
  }
}
