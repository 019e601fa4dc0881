package org.tune4j.engine.optim;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;
import java.util.Set;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.NearestName;

/**
 * The learning rate as a function of the update, with the names and formulas of transformers'
 * {@code get_scheduler} (5.23): the first rate of a warm-up is 0.
 *
 * @param type which curve
 * @param warmupSteps updates during which the rate rises
 * @param totalSteps updates of the whole run
 * @param options what the curve takes besides ({@code lr_scheduler_kwargs}); unknown names are
 *     refused
 */
public record Schedule(Type type, long warmupSteps, long totalSteps, Map<String, Object> options) {
  /** The curves. */
  public enum Type {
    @JsonProperty("linear")
    LINEAR(Set.of()),
    @JsonProperty("cosine")
    COSINE(Set.of("num_cycles")),
    @JsonProperty("cosine_with_restarts")
    COSINE_WITH_RESTARTS(Set.of("num_cycles")),
    @JsonProperty("polynomial")
    POLYNOMIAL(Set.of("power", "lr_end")),
    @JsonProperty("constant")
    CONSTANT(Set.of()),
    @JsonProperty("constant_with_warmup")
    CONSTANT_WITH_WARMUP(Set.of()),
    @JsonProperty("inverse_sqrt")
    INVERSE_SQRT(Set.of("timescale")),
    @JsonProperty("cosine_with_min_lr")
    COSINE_WITH_MIN_LR(Set.of("num_cycles", "min_lr", "min_lr_rate")),
    @JsonProperty("cosine_warmup_with_min_lr")
    COSINE_WARMUP_WITH_MIN_LR(Set.of("num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate")),
    @JsonProperty("warmup_stable_decay")
    WARMUP_STABLE_DECAY(
        Set.of(
            "num_decay_steps",
            "num_stable_steps",
            "warmup_type",
            "decay_type",
            "min_lr_ratio",
            "num_cycles")),
    /** Goes by evaluations, not by the update: {@link Plateau}. */
    @JsonProperty("reduce_lr_on_plateau")
    REDUCE_LR_ON_PLATEAU(Plateau.OPTIONS);

    private final Set<String> options;

    Type(Set<String> options) {
      this.options = options;
    }
  }

  public Schedule {
    options = Map.copyOf(options);
    if (warmupSteps < 0 || totalSteps < 0) {
      throw new ConfigException(
          "warmup_steps and the number of updates must not be negative, found "
              + warmupSteps
              + ", "
              + totalSteps);
    }
    for (String name : options.keySet()) {
      if (!type.options.contains(name)) {
        throw new ConfigException(
            "lr_scheduler_kwargs."
                + name
                + " is not known for "
                + type
                + (type.options.isEmpty()
                    ? ", which takes none"
                    : "; did you mean " + NearestName.of(name, type.options) + "?"));
      }
    }
  }

  /**
   * The rate of an update.
   *
   * @param step counted from 0
   * @param peak the highest rate
   */
  public double rate(long step, double peak) {
    return peak
        * switch (type) {
          case CONSTANT, REDUCE_LR_ON_PLATEAU -> 1;
          case CONSTANT_WITH_WARMUP -> step < warmupSteps ? risen(step) : 1;
          case LINEAR ->
              step < warmupSteps
                  ? risen(step)
                  : Math.max(
                      0, (double) (totalSteps - step) / Math.max(1, totalSteps - warmupSteps));
          case COSINE ->
              step < warmupSteps
                  ? risen(step)
                  : Math.max(0, cosine(progress(step), number("num_cycles", 0.5)));
          case COSINE_WITH_RESTARTS -> step < warmupSteps ? risen(step) : restarted(step);
          case POLYNOMIAL -> polynomial(step, peak);
          case INVERSE_SQRT -> inverseSqrt(step);
          case COSINE_WITH_MIN_LR -> step < warmupSteps ? risen(step) : floored(step, peak);
          case COSINE_WARMUP_WITH_MIN_LR -> cosineWarmup(step, peak);
          case WARMUP_STABLE_DECAY -> stableDecay(step);
        };
  }

  private double risen(long step) {
    return (double) step / Math.max(1, warmupSteps);
  }

  private double progress(long step) {
    return (double) (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  }

  private static double cosine(double progress, double cycles) {
    return 0.5 * (1 + Math.cos(Math.PI * cycles * 2 * progress));
  }

  private double restarted(long step) {
    double progress = progress(step);
    if (progress >= 1) {
      return 0;
    }
    return Math.max(
        0, 0.5 * (1 + Math.cos(Math.PI * ((number("num_cycles", 1) * progress) % 1.0))));
  }

  private double polynomial(long step, double peak) {
    double end = number("lr_end", 1e-7);
    if (step < warmupSteps) {
      return risen(step);
    }
    if (step > totalSteps) {
      return end / peak;
    }
    double remaining = 1 - (double) (step - warmupSteps) / (totalSteps - warmupSteps);
    return ((peak - end) * Math.pow(remaining, number("power", 1)) + end) / peak;
  }

  private double inverseSqrt(long step) {
    double timescale = number("timescale", warmupSteps == 0 ? 10_000 : warmupSteps);
    if (step < warmupSteps) {
      return risen(step);
    }
    return 1 / Math.sqrt((step + (timescale - warmupSteps)) / timescale);
  }

  private double minimum(double peak) {
    return options.containsKey("min_lr") ? number("min_lr", 0) / peak : number("min_lr_rate", 0);
  }

  private double floored(long step, double peak) {
    double least = minimum(peak);
    return Math.max(0, cosine(progress(step), number("num_cycles", 0.5)) * (1 - least) + least);
  }

  private double cosineWarmup(long step, double peak) {
    double least = minimum(peak);
    if (step < warmupSteps) {
      double start = number("warmup_lr_rate", 0);
      return options.containsKey("warmup_lr_rate")
          ? start + (1 - start) * step / Math.max(1, warmupSteps - 1)
          : (step + 1.0) / Math.max(1, warmupSteps);
    }
    double progress = (double) (step - warmupSteps + 1) / Math.max(1, totalSteps - warmupSteps);
    return Math.max(0, cosine(progress, number("num_cycles", 0.5)) * (1 - least) + least);
  }

  private double stableDecay(long step) {
    double least = number("min_lr_ratio", 0);
    double cycles = number("num_cycles", 0.5);
    long decay = (long) number("num_decay_steps", 0);
    long stable = (long) number("num_stable_steps", totalSteps - warmupSteps - decay);
    if (step < warmupSteps) {
      double p = (double) step / Math.max(1, warmupSteps);
      return shape(text("warmup_type", "linear"), 1 - p, 0.5, p) * (1 - least) + least;
    }
    if (step < warmupSteps + stable) {
      return 1;
    }
    if (step < warmupSteps + stable + decay) {
      double p = (double) (step - warmupSteps - stable) / Math.max(1, decay);
      return shape(text("decay_type", "cosine"), p, cycles, 1 - p) * (1 - least) + least;
    }
    return least;
  }

  /** A curve that falls from 1 to 0 as {@code fallen} goes from 0 to 1. */
  private static double shape(String kind, double fallen, double cycles, double linear) {
    return switch (kind) {
      case "linear" -> linear;
      case "cosine" -> Math.max(0, cosine(fallen, cycles));
      case "1-sqrt" -> 1 - Math.sqrt(fallen);
      default ->
          throw new ConfigException(
              "lr_scheduler_kwargs: curve '" + kind + "': wanted linear, cosine or 1-sqrt");
    };
  }

  double number(String name, double otherwise) {
    Object value = options.getOrDefault(name, otherwise);
    if (value instanceof Number number) {
      return number.doubleValue();
    }
    throw new ConfigException("lr_scheduler_kwargs." + name + ": wanted a number, found " + value);
  }

  String text(String name, String otherwise) {
    return String.valueOf(options.getOrDefault(name, otherwise));
  }
}
