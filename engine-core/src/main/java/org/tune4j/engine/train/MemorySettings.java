package org.tune4j.engine.train;

import org.tune4j.engine.adapt.TrainedStorage;

/**
 * The rungs of the memory ladder that belong to what is trained; docs/memory.md has what each costs
 * and saves.
 *
 * @param storage how masters and gradients are held
 * @param takesOver whether the base gives up its own copies of what is trained, once they are made:
 *     it can then be used only through what the run gives
 * @param spillStates whether the optimizer's state lies in a file in the run's folder
 * @param spillActivations whether what forward keeps lies in a file in the run's folder
 */
public record MemorySettings(
    TrainedStorage storage, boolean takesOver, boolean spillStates, boolean spillActivations) {
  /** Everything in memory, masters and gradients in fp32, the base kept as it is. */
  public static final MemorySettings PLAIN =
      new MemorySettings(TrainedStorage.PLAIN, false, false, false);

  /** The same with a base that keeps its own copies. */
  public MemorySettings keepingBase() {
    return new MemorySettings(storage, false, spillStates, spillActivations);
  }
}
