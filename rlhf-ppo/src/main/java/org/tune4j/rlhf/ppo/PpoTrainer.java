package org.tune4j.rlhf.ppo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.checkpoint.RunFolder;
import org.tune4j.engine.data.BatchConfig;
import org.tune4j.engine.data.DataConfig;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.optim.Optimizer;
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
 * Proximal policy optimisation of a language model (Schulman et al., 2017; Ziegler et al., 2019):
 * the policy answers prompts, the answers are scored, and it learns to say what scores more without
 * leaving its reference too far. Its critic is a head on its own vectors.
 */
public final class PpoTrainer {
  private final CausalLm base;
  private final Tokenizer tokenizer;
  private final PolicyFactory policy;
  private final TrainConfig train;
  private final PpoConfig config;
  private final List<RunListener> listeners = new ArrayList<>();
  private DataConfig data = DataConfig.DEFAULT;
  private Evaluation evaluation;
  private BoundModel reference;
  private CriticModel critic;
  private boolean resume;
  private volatile TrainLoop loop;
  private volatile boolean cancelled;

  /**
   * A trainer.
   *
   * @param train a mini-batch has {@code per_device_train_batch_size * gradient_accumulation_steps}
   *     rollouts; {@code num_train_epochs} says how often each prompt is answered
   */
  public PpoTrainer(
      CausalLm base,
      Tokenizer tokenizer,
      PolicyFactory policy,
      TrainConfig train,
      PpoConfig config) {
    this.base = base;
    this.tokenizer = tokenizer;
    this.policy = policy;
    this.train = train;
    this.config = config;
    this.critic = new CriticModel.Head(base.architecture());
  }

  /** How prompts are read. Default {@link DataConfig#DEFAULT}. */
  public PpoTrainer data(DataConfig value) {
    data = value;
    return this;
  }

  /**
   * What the policy is not to leave. Default the base, which the policy has to begin as.
   *
   * @param value of the policy's vocabulary; stays the caller's
   */
  public PpoTrainer reference(BoundModel value) {
    reference = value;
    return this;
  }

  /**
   * A critic that is a model of its own. Default: a head on the policy's vectors.
   *
   * @param model causal, of the policy's vocabulary and precision, with a head of one number; stays
   *     the caller's
   * @param adapter what is trained of it; null for all of its weights
   */
  public PpoTrainer critic(CausalLm model, Adapter adapter) {
    critic = new CriticModel.Own(model, adapter);
    return this;
  }

  /** What is measured every {@code eval_steps} optimizer steps. */
  public PpoTrainer evaluation(Evaluation value) {
    evaluation = value;
    return this;
  }

  /** Is told what the run does. */
  public PpoTrainer listener(RunListener value) {
    listeners.add(value);
    return this;
  }

  /** Goes on from the newest checkpoint in the run's folder, if there is one. */
  public PpoTrainer resume(boolean value) {
    resume = value;
    return this;
  }

  /** Asks the run to end after the optimizer step under way; from any thread. */
  public void cancel() {
    cancelled = true;
    TrainLoop running = loop;
    if (running != null) {
      running.cancel();
    }
  }

  /**
   * Trains.
   *
   * @param prompts rows with a prompt
   * @param scorer says what answers are worth
   * @param run the folder for checkpoints, {@code metrics.jsonl} and, at the end, the policy
   * @return the policy, to be closed by the caller
   */
  public PpoRun train(ExampleSource prompts, ResponseScorer scorer, Path run) {
    int most = data.maxLength() - config.responseLength();
    if (most < 1) {
      throw new ConfigException(
          "max_length: wanted more than response_length %d, found %d"
              .formatted(config.responseLength(), data.maxLength()));
    }
    Prompts asked = Prompts.of(prompts, tokenizer, data, most, train.seed());
    PpoParts parts = new PpoParts(base, policy, critic, reference, train, config);
    try (RunFolder folder = RunFolder.open(run, resume);
        TensorScope scope = base.scope().nested()) {
      TrainedAdapter trained = parts.policy();
      RunResult result = train(asked, scorer, folder, parts, scope);
      Path target = run.resolve("policy");
      AtomicFolder.replace(target, into -> trained.writeTo(into, ""));
      return new PpoRun(parts, result, target);
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }

  private RunResult train(
      Prompts prompts, ResponseScorer scorer, RunFolder folder, PpoParts parts, TensorScope scope) {
    TrainedAdapter trained = parts.policy();
    int microBatches = train.gradientAccumulationSteps();
    int rollouts = train.perDeviceTrainBatchSize() * microBatches * config.numMiniBatches();
    int updates =
        (int) Math.max(1, Math.ceil(train.numTrainEpochs() * prompts.all().size() / rollouts));
    try (Optimizer optimizer = train.optimizer().optimizer(trained.weights(), scope);
        MetricsFile metrics = new MetricsFile(folder.path())) {
      List<RunListener> all = new ArrayList<>(List.of(metrics));
      all.addAll(listeners);
      RolloutPlan plan =
          new RolloutPlan(
              new BatchConfig(
                  train.seed(), microBatches, 1, Optional.empty(), data.maxLength(), false),
              rollouts,
              updates,
              PpoUpdate.steps(config),
              new RolloutPlan.Source(
                  prompts,
                  new RolloutSampler(
                      trained.model(), config.responseLength(), config.temperature(), train.seed()),
                  tokenizer,
                  scorer),
              parts.update(),
              List.copyOf(all));
      all.add(plan);
      loop =
          new TrainLoop(
              train.toBuilder().numTrainEpochs(updates).maxSteps(0).build(),
              RunIdentity.of(base)
                  .and("tokenizer", tokenizer.fingerprint())
                  .and("data", data)
                  .and("ppo", config),
              trained.model(),
              trained.weights(),
              parts.objective(),
              optimizer,
              plan,
              folder,
              target -> trained.writeTo(target, ""),
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
}
