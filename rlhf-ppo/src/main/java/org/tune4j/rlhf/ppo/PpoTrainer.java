package org.tune4j.rlhf.ppo;

import static org.tune4j.engine.Wanted.require;

import java.nio.file.Path;
import java.util.Map;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.adapt.Adapter;
import org.tune4j.engine.checkpoint.AtomicFolder;
import org.tune4j.engine.data.source.ExampleSource;
import org.tune4j.engine.model.Architecture;
import org.tune4j.engine.model.CausalLm;
import org.tune4j.engine.tokenize.Tokenizer;
import org.tune4j.engine.train.RunResult;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.rlhf.policy.ModelCritic;
import org.tune4j.rlhf.rollout.Prompts;
import org.tune4j.rlhf.rollout.ResponseScorer;

/**
 * Proximal policy optimisation of a language model (Schulman et al., 2017; Ziegler et al., 2019):
 * the policy answers prompts, the answers are scored, and it learns to say what scores more without
 * leaving its reference too far. Its critic is a head on its own vectors.
 */
public final class PpoTrainer extends RolloutTrainer<PpoTrainer> {
  private final CausalLm base;
  private final PolicyFactory policy;
  private final TrainConfig train;
  private final PpoConfig config;
  private CriticModel critic;

  /**
   * A trainer.
   *
   * @param train a mini-batch has {@code per_device_train_batch_size * gradient_accumulation_steps}
   *     rollouts; {@code num_train_epochs} says how often each prompt is answered
   * @throws ConfigException if it has what has no meaning here
   */
  public PpoTrainer(
      CausalLm base,
      Tokenizer tokenizer,
      PolicyFactory policy,
      TrainConfig train,
      PpoConfig config) {
    super(base, tokenizer, train);
    require(
        train.maxSteps() == 0, "max_steps", "0: a run is as long as its epochs", train.maxSteps());
    this.base = base;
    this.policy = policy;
    this.train = train;
    this.config = config;
    this.critic = new CriticModel.Head(base.architecture());
  }

  @Override
  protected PpoTrainer self() {
    return this;
  }

  /**
   * A critic that is a model of its own. Default: a head on the policy's vectors.
   *
   * @param model causal, of the policy's vocabulary and precision, with a head of one number; stays
   *     the caller's
   * @param adapter what is trained of it; it is kept in checkpoints for going on, and not written
   * @throws ConfigException if it is no such model
   */
  public PpoTrainer critic(CausalLm model, Adapter adapter) {
    return critic(new CriticModel.Own(model, null, adapter));
  }

  /**
   * The same, of which all weights are trained. At the end it is written as a model, to the folder
   * {@code critic} of the run.
   *
   * @param folder that it was loaded from
   */
  public PpoTrainer critic(CausalLm model, Path folder) {
    return critic(new CriticModel.Own(model, folder, null));
  }

  private PpoTrainer critic(CriticModel.Own own) {
    Architecture architecture = own.base().architecture();
    requireVocabulary("critic", architecture);
    ModelCritic.requireFit(architecture);
    require(
        own.base().dtype() == base.dtype(),
        "the critic's precision",
        "the policy's, " + base.dtype(),
        own.base().dtype());
    critic = own;
    return this;
  }

  /**
   * {@inheritDoc}
   *
   * @throws ConfigException if what was asked for does not go together
   */
  @Override
  public PpoRun train(ExampleSource prompts, ResponseScorer scorer, Path run) {
    Sampling sampling = config.sampling(train);
    config.klController().requireFor(sampling.rollouts());
    Prompts asked = prompts(prompts, sampling);
    PpoParts parts = new PpoParts(base, policy, critic, reference(), train, config);
    try {
      Learner learner =
          new Learner(
              parts.policy(),
              parts.objective(),
              parts.update(),
              "ppo",
              config,
              parts::writeTo,
              Map.of("critic", critic.identity()));
      RunResult result = run(asked, scorer, run, sampling, learner);
      parts.critic().ifPresent(model -> AtomicFolder.replace(run.resolve("critic"), model));
      return new PpoRun(parts, result, folder(run));
    } catch (RuntimeException | Error e) {
      parts.close();
      throw e;
    }
  }
}
