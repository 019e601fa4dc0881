package org.tune4j.engine.trainer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.tune4j.engine.train.Tuning;
import org.tune4j.engine.train.TuningReport;
import org.tune4j.engine.train.TuningReport.Tried;

/**
 * Coordinate descent: one setting after the other takes the value that was fastest with those that
 * the settings before it took. What is not clearly faster is left as it is.
 */
final class TuningSearch {
  /** Two measurements of the same differ by less, mostly. */
  private static final double CLEARLY = 1.03;

  private final Function<Tuning, Tried> meter;
  private final BooleanSupplier timeIsLeft;
  private final List<Tried> tried = new ArrayList<>();
  private Tried best;

  /**
   * @param meter tries something
   * @param timeIsLeft asked before each but the first
   */
  TuningSearch(Function<Tuning, Tried> meter, BooleanSupplier timeIsLeft) {
    this.meter = meter;
    this.timeIsLeft = timeIsLeft;
  }

  /**
   * Searches.
   *
   * @param coordinates what else each setting might be, given what was best so far
   */
  TuningReport run(Tuning start, List<Function<Tuning, List<Tuning>>> coordinates) {
    best = meter.apply(start);
    tried.add(best);
    for (Function<Tuning, List<Tuning>> coordinate : coordinates) {
      coordinate.apply(best.tuning()).stream().filter(this::isNew).forEach(this::attempt);
    }
    return new TuningReport(tried, best.tuning(), false);
  }

  private boolean isNew(Tuning candidate) {
    return tried.stream().noneMatch(each -> each.tuning().equals(candidate));
  }

  private void attempt(Tuning candidate) {
    if (!timeIsLeft.getAsBoolean()) {
      return;
    }
    Tried result = meter.apply(candidate);
    tried.add(result);
    if (result.fits()
        && !(best.fits() && result.tokensPerSecond() <= CLEARLY * best.tokensPerSecond())) {
      best = result;
    }
  }
}
