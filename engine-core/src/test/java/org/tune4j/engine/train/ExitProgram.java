package org.tune4j.engine.train;

import java.nio.file.Path;
import org.tune4j.engine.EngineClosedException;
import org.tune4j.engine.tensor.DType;

/**
 * A run whose first checkpoint is due after its last step, for {@link ExitTest} to stop. Prints a
 * line a step.
 *
 * <p>Arguments: the run's folder, and the step after which it exits by itself, from its own thread
 * (0 for never).
 */
final class ExitProgram {
  static final int STEPS = 150;

  private ExitProgram() {}

  public static void main(String[] arguments) {
    int exitAfter = Integer.parseInt(arguments[1]);
    TrainConfig config = SmallRun.config().maxSteps(STEPS).saveSteps(STEPS).build();
    try (SmallRun run = new SmallRun(Path.of(arguments[0]), config, DType.FLOAT32)) {
      run.listener(
              new RunListener() {
                @Override
                public void onStep(StepResult result) {
                  System.out.println(result.step());
                  if (result.step() == exitAfter) {
                    System.exit(5);
                  }
                }
              })
          .train();
    } catch (EngineClosedException e) {
      // What a program sees that is stopped while it trains.
    }
  }
}
