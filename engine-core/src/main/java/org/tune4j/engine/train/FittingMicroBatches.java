package org.tune4j.engine.train;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tune4j.engine.data.Batch;
import org.tune4j.engine.data.BatchHalves;
import org.tune4j.engine.tensor.FreeMemory;

/**
 * Halves micro-batches that do not fit into memory after all. A step in which one does not is begun
 * again, and it and all that come after it have no micro-batch of several documents with more
 * tokens than that one's halves. The loss is normalised over the whole step, so its gradient stays
 * the same but for rounding; only what is a matter of a micro-batch differs: dropout draws anew,
 * and routers are balanced within less.
 *
 * <p>Checkpoints keep the limit, as a listener's state: a run that goes on has the same
 * micro-batches, though there be more memory by then.
 */
final class FittingMicroBatches implements RunListener {
  private static final Logger LOG = LoggerFactory.getLogger(FittingMicroBatches.class);
  private final boolean divisible;
  private int tokensAtOnce = Integer.MAX_VALUE;

  /**
   * Halves from the first refusal on.
   *
   * @param divisible whether gradients may be added up over micro-batches; else nothing is halved
   */
  FittingMicroBatches(boolean divisible) {
    this.divisible = divisible;
  }

  /**
   * Makes a step, in as many attempts as it takes.
   *
   * @param planned its micro-batches as the run divides them
   * @param step makes it of micro-batches; has changed nothing when it throws
   * @param tell is told when it is begun again
   * @throws MicroBatchMemoryException if a single document does not fit, or nothing may be halved
   */
  StepResult run(
      List<Batch> planned,
      long stepsBefore,
      Function<List<Batch>, StepResult> step,
      Consumer<MemoryFault> tell) {
    while (true) {
      try {
        return step.apply(planned.stream().flatMap(this::fitting).toList());
      } catch (MicroBatchMemoryException e) {
        if (!divisible || !BatchHalves.areThere(e.batch())) {
          throw e;
        }
        halve(e.batch());
        MemoryFault fault = fault(stepsBefore + 1, e.batch());
        LOG.warn(
            "Step {}: {}; the step is begun again. {}",
            fault.step(),
            fault.verdict(),
            e.getCause().getMessage());
        tell.accept(fault);
      }
      FreeMemory.giveBack();
    }
  }

  private Stream<Batch> fitting(Batch batch) {
    return batch.tokens() <= tokensAtOnce || !BatchHalves.areThere(batch)
        ? Stream.of(batch)
        : BatchHalves.of(batch).stream().flatMap(this::fitting);
  }

  private void halve(Batch batch) {
    tokensAtOnce = BatchHalves.of(batch).stream().mapToInt(Batch::tokens).max().orElseThrow();
  }

  private MemoryFault fault(long step, Batch batch) {
    return new MemoryFault(
        step, batch.tokens(), Arrays.stream(batch.exampleIds()).boxed().toList(), tokensAtOnce);
  }

  @Override
  public String state() {
    return tokensAtOnce == Integer.MAX_VALUE ? null : String.valueOf(tokensAtOnce);
  }

  @Override
  public void restore(String state) {
    tokensAtOnce = Integer.parseInt(state);
  }
}
