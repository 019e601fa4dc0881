package org.tune4j.rlhf.grpo;

/** A way of learning from rewards without a critic: what {@link GrpoTrainer} is told. */
public sealed interface CriticFreeConfig permits GrpoConfig, RlooConfig, ReinforceConfig {
  /** How the policy is asked. */
  GenerationSettings generation();

  /** What is made of it. */
  CriticFreeMethod method();
}
