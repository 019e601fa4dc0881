package org.tune4j.rlhf.ppo;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.tune4j.engine.SplitMix64;
import org.tune4j.engine.data.EncodedExample;
import org.tune4j.engine.data.ShuffledOrder;
import org.tune4j.rlhf.rollout.Rollout;
import org.tune4j.rlhf.rollout.RolloutLayout;

/**
 * How the rollouts of an update are divided among optimizer steps, in an order that is a function
 * of the seed, the update and the pass.
 *
 * @param epochs passes over them
 * @param steps optimizer steps of a pass
 * @param perStep micro-batches of a step
 */
public record MicroBatches(long seed, int epochs, int steps, int perStep) {
  /** Keeps the order of mini-batches apart from all others of the same seed. */
  private static final long PURPOSE = 0x70706f6f72646572L;

  /** Micro-batches of a pass. */
  public int count() {
    return steps * perStep;
  }

  /** Optimizer steps of an update. */
  public int allSteps() {
    return epochs * steps;
  }

  /** Those of a pass, as many for each step, as even as can be. */
  public List<List<Rollout>> of(List<Rollout> all, int update, int epoch) {
    int[] order = ShuffledOrder.of(SplitMix64.next(seed ^ PURPOSE) + update, epoch, all.size());
    return IntStream.range(0, count())
        .mapToObj(
            i ->
                IntStream.range(all.size() * i / count(), all.size() * (i + 1) / count())
                    .mapToObj(at -> all.get(order[at]))
                    .toList())
        .toList();
  }

  /** The documents of those of all passes, one after the other. */
  public List<List<EncodedExample>> documents(List<Rollout> all, int update) {
    List<List<EncodedExample>> rows = new ArrayList<>();
    for (int epoch = 0; epoch < epochs; epoch++) {
      for (List<Rollout> microBatch : of(all, update, epoch)) {
        rows.add(microBatch.stream().map(RolloutLayout::document).toList());
      }
    }
    return rows;
  }
}
