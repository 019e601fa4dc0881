package org.tune4j.rlhf.ppo;

import static org.tune4j.engine.Wanted.require;

import org.tune4j.engine.adapt.TrainedStorage;
import org.tune4j.engine.optim.Optimizer;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.MemorySettings;
import org.tune4j.engine.train.TrainConfig;
import org.tune4j.engine.trainer.TrainedAdapter;

/** What a training configuration means to a policy that learns from scores. */
final class PolicySettings {
  private PolicySettings() {}

  /**
   * Refuses what is of learning from labels, and ways to hold what is trained: a policy holds it in
   * its own way.
   */
  static void requireFit(TrainConfig train) {
    Double routers = train.routerAuxLossCoef();
    String wanted = "0 where a policy learns from scores";
    require(routers == null || routers == 0, "router_aux_loss_coef", wanted, routers);
    double smoothing = train.labelSmoothingFactor();
    require(smoothing == 0, "label_smoothing_factor", wanted, smoothing);
    double noise = train.neftuneNoiseAlpha();
    require(noise == 0, "neftune_noise_alpha", wanted, noise);
    require(train.lossChunkSize() == 0, "loss_chunk_size", wanted, train.lossChunkSize());
    MemorySettings memory = train.memory();
    boolean plain =
        memory.storage().equals(TrainedStorage.PLAIN)
            && !memory.spillStates()
            && !memory.spillActivations();
    require(plain, "memory", "nothing but takes_over where a policy learns from scores", memory);
  }

  /** With what the policy's method has a say in. */
  static Optimizer optimizer(TrainConfig train, TrainedAdapter policy, TensorScope scope) {
    return policy.optimizer(train.optimizer().optimizer(policy.weights(), scope), scope);
  }
}
