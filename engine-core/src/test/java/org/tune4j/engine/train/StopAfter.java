package org.tune4j.engine.train;

/**
 * Cancels a run after a step, from another thread.
 *
 * @param step counted from 1; 0 for never
 * @param cancel what cancels the run
 */
public record StopAfter(long step, Runnable cancel) implements RunListener {
  @Override
  public void onStep(StepResult result) {
    after(result.step());
  }

  @Override
  public void onFault(NumericFault fault) {
    after(fault.step());
  }

  @Override
  public void onLossScale(LossScaleChange change) {
    after(change.step());
  }

  private void after(long made) {
    if (made == step) {
      Thread other = new Thread(cancel);
      other.start();
      try {
        other.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
