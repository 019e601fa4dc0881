package org.tune4j.rlhf.grpo;

import java.nio.file.Path;
import java.util.List;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.BoundModel;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.TrainedAdapter;
import org.tune4j.rlhf.loss.GrpoObjective;
import org.tune4j.rlhf.ppo.Learner;
import org.tune4j.rlhf.ppo.MicroBatches;
import org.tune4j.rlhf.ppo.PolicyFactory;
import org.tune4j.rlhf.ppo.RolloutLook;
import org.tune4j.rlhf.ppo.RolloutTrainer;
import org.tune4j.rlhf.ppo.Sampling;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.rlhf.rollout.ResponseScorer;
import org.tune4j.rlhf.rollout.RolloutBuffer;

/**
 * Learning from rewards without a critic: the policy answers each prompt several times, and learns
 * to say what scores more than its other answers. The method is that of the configuration: {@link
 * GrpoConfig}, {@link RlooConfig}, {@link ReinforceConfig}.
 */
public final class GrpoTrainer extends RolloutTrainer<GrpoTrainer> {
  private final CausalLm base;
  private final PolicyFactory policy;
  private final TrainConfig train;
  private final CriticFreeConfig config;

  /**
   * A trainer.
   *
   * @param train a mini-batch has {@code per_device_train_batch_size * gradient_accumulation_steps}
   *     answers; {@code num_train_epochs} says in how many updates each prompt is answered
   */
  public GrpoTrainer(
      CausalLm base,
      Tokenizer tokenizer,
      PolicyFactory policy,
      TrainConfig train,
      CriticFreeConfig config) {
    super(base, tokenizer, train);
    this.base = base;
    this.policy = policy;
    this.train = train;
    this.config = config;
  }

  @Override
  protected GrpoTrainer self() {
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * @throws ConfigException if an update is no whole number of groups
   */
  @Override
  public GrpoRun train(ExampleSource prompts, ResponseScorer scorer, Path run) {
    CriticFreeMethod method = config.method();
    GenerationSettings settings = config.generation();
    MicroBatches microBatches = settings.microBatches(train);
    Sampling sampling = config.sampling(train);
    Prompts asked = prompts(prompts, sampling);
    TrainedAdapter trained = policy.create(base, train.seed(), List.of());
    boolean ofBase = method.asksReference() && reference() == null;
    try (BoundModel bare = ofBase ? new BoundModel(base, null, null) : null) {
      RolloutBuffer buffer = new RolloutBuffer();
      GrpoObjective objective =
          new GrpoObjective(
              method.loss(),
              method.normaliser(),
              settings.maskTruncatedCompletions(),
              settings.maxCompletionLength(),
              settings.temperature(),
              method.entropyCoef(),
              buffer);
      BoundModel left = ofBase ? bare : reference();
      GrpoUpdate update =
          new GrpoUpdate(
              settings.numGenerations(),
              method,
              microBatches,
              new RolloutLook(
                  trained.model(),
                  method.asksReference() ? left : null,
                  null,
                  settings.temperature()),
              objective,
              buffer,
              ofBase);
      Learner learner = new Learner(trained, objective, update, "grpo", (Record) config);
      RunResult result = run(asked, scorer, run, sampling, learner);
      return new GrpoRun(trained, result, folder(run));
    } catch (RuntimeException | Error e) {
      trained.close();
      throw e;
    }
  }
}
