package org.tune4j.engine.optim;

import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.ModelFormatException;

/**
 * A learning rate that falls when evaluations get no better, as torch's {@code ReduceLROnPlateau}:
 * {@code lr_scheduler_type: reduce_lr_on_plateau}.
 */
public final class Plateau {
  static final Set<String> OPTIONS =
      Set.of("factor", "patience", "threshold", "threshold_mode", "cooldown", "min_lr", "eps");

  private final Schedule options;
  private final boolean greaterIsBetter;
  private double rate;
  private double best;
  private long bad;
  private long cooldown;

  /**
   * Before the first evaluation.
   *
   * @param options torch's, with its defaults; which way is better is not among them
   * @param peak the rate to begin with
   * @throws ConfigException if an option has no sense
   */
  public Plateau(Schedule options, double peak, boolean greaterIsBetter) {
    this.options = options;
    this.greaterIsBetter = greaterIsBetter;
    this.rate = peak;
    this.best = greaterIsBetter ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    double factor = options.number("factor", 0.1);
    if (!(factor >= 0 && factor < 1)) {
      throw new ConfigException(
          "lr_scheduler_kwargs.factor: wanted 0 up to but not 1, found " + factor);
    }
    String mode = options.text("threshold_mode", "rel");
    if (!Set.of("rel", "abs").contains(mode)) {
      throw new ConfigException(
          "lr_scheduler_kwargs.threshold_mode: wanted rel or abs, found " + mode);
    }
  }

  /** The rate of the updates that come. */
  public double rate() {
    return rate;
  }

  /** Takes in the metric of an evaluation. */
  public void evaluated(double metric) {
    if (isBetter(metric)) {
      best = metric;
      bad = 0;
    } else {
      bad++;
    }
    if (cooldown > 0) {
      cooldown--;
      bad = 0;
    }
    if (bad > options.number("patience", 10)) {
      double lower = Math.max(rate * options.number("factor", 0.1), options.number("min_lr", 0));
      rate = rate - lower > options.number("eps", 1e-8) ? lower : rate;
      cooldown = (long) options.number("cooldown", 0);
      bad = 0;
    }
  }

  private boolean isBetter(double metric) {
    double sign = greaterIsBetter ? 1 : -1;
    double threshold = sign * options.number("threshold", 1e-4);
    boolean relative = options.text("threshold_mode", "rel").equals("rel");
    double wanted = relative ? best * (1 + threshold) : best + threshold;
    return greaterIsBetter ? metric > wanted : metric < wanted;
  }

  /** What a resumed run needs. */
  public String state() {
    return rate + " " + best + " " + bad + " " + cooldown;
  }

  /** Goes on from what {@link #state} gave. */
  public void restore(String state) {
    try {
      String[] parts = state.split(" ", 4);
      rate = Double.parseDouble(parts[0]);
      best = Double.parseDouble(parts[1]);
      bad = Long.parseLong(parts[2]);
      cooldown = Long.parseLong(parts[3]);
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      throw new ModelFormatException(
          "reduce_lr_on_plateau: wanted rate, best, bad evaluations and cooldown, found " + state,
          e);
    }
  }
}
