package org.tune4j.examples.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.tune4j.engine.tensor.ProcessMemory;
import org.tune4j.engine.tensor.TensorScope;
import org.tune4j.engine.train.RunListener;
import org.tune4j.engine.train.StepResult;

/** Trains the demo for long and watches what it holds: memory must not grow, nor open scopes. */
public final class SoakBench {
  private SoakBench() {}

  /**
   * What a long run held.
   *
   * @param steps updates
   * @param slopeMibPer1000 by how much resident memory grew in 1,000 updates: the line of least
   *     squares after the first tenth of the run
   * @param scopes open after the last update
   * @param scopesAreConstant whether as many were open after each update that was looked at
   */
  public record Result(
      long steps, double slopeMibPer1000, long scopes, boolean scopesAreConstant) {}

  /**
   * Runs the bench.
   *
   * @param steps updates, at least 100
   * @param say takes what is seen now and then
   */
  public static Result run(long steps, Consumer<String> say) {
    Watch watch = new Watch(steps, say);
    try (DemoRuns demo = new DemoRuns()) {
      demo.train(1, steps, watch);
    }
    List<Seen> warm = watch.seen.stream().filter(seen -> seen.step() > steps / 10).toList();
    long scopes = warm.get(warm.size() - 1).scopes();
    return new Result(
        steps, slope(warm), scopes, warm.stream().allMatch(seen -> seen.scopes() == scopes));
  }

  /** What the process held after an update. */
  private record Seen(long step, double residentMib, long scopes) {}

  private static double slope(List<Seen> seen) {
    double step = seen.stream().mapToLong(Seen::step).average().orElseThrow();
    double resident = seen.stream().mapToDouble(Seen::residentMib).average().orElseThrow();
    double both = 0;
    double square = 0;
    for (Seen point : seen) {
      both += (point.step() - step) * (point.residentMib() - resident);
      square += (point.step() - step) * (point.step() - step);
    }
    return 1000 * both / square;
  }

  /** Looks a hundred times. */
  private static final class Watch implements RunListener {
    private final List<Seen> seen = new ArrayList<>();
    private final long every;
    private final Consumer<String> say;

    Watch(long steps, Consumer<String> say) {
      this.every = steps / 100;
      this.say = say;
    }

    @Override
    public void onStep(StepResult result) {
      if (result.step() % every != 0) {
        return;
      }
      double resident = ProcessMemory.residentBytes().orElse(0) / (double) (1 << 20);
      seen.add(new Seen(result.step(), resident, TensorScope.openScopes()));
      if (seen.size() % 10 == 0) {
        say.accept(
            String.format(
                Locale.ROOT,
                "step %d: %.1f MiB resident, %d scopes",
                result.step(),
                resident,
                TensorScope.openScopes()));
      }
    }
  }
}
