package org.tune4j.eval.efficiency;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.tune4j.engine.ConfigException;

/**
 * How a model is put under load.
 *
 * @param requests that are measured
 * @param warmup requests before them, answered in the same way and left out
 * @param concurrency clients, each of which sends its next request when the last is answered
 *     (closed loop); under a request rate only those of the warm-up
 * @param requestRate requests a second, sent at the instants of a Poisson process whether or not
 *     earlier ones are answered (open loop); empty for the closed loop
 * @param maxBatchSize the most requests that are answered together; 1 for one after the other
 * @param seed what the instants are a function of
 */
public record LoadPlan(
    int requests,
    int warmup,
    int concurrency,
    OptionalDouble requestRate,
    int maxBatchSize,
    long seed) {
  public LoadPlan {
    List<String> faults = new ArrayList<>();
    check(faults, requests >= 1, "requests: wanted at least 1", requests);
    check(faults, warmup >= 0, "warmup: wanted at least 0", warmup);
    check(faults, concurrency >= 1, "concurrency: wanted at least 1", concurrency);
    check(faults, concurrency <= 1024, "concurrency: wanted at most 1024", concurrency);
    check(faults, maxBatchSize >= 1, "max_batch_size: wanted at least 1", maxBatchSize);
    double rate = requestRate.orElse(1);
    check(
        faults,
        rate > 0 && rate < Double.POSITIVE_INFINITY,
        "request_rate: wanted more than 0 requests a second",
        rate);
    if (!faults.isEmpty()) {
      throw new ConfigException("Load: " + String.join("; ", faults));
    }
  }

  private static void check(List<String> faults, boolean holds, String wanted, Object found) {
    if (!holds) {
      faults.add(wanted + ", found " + found);
    }
  }

  /** Whether each request is sent when the one before it is answered, and no other is there. */
  boolean isSequential() {
    return requestRate.isEmpty() && concurrency == 1;
  }

  /**
   * When each measured request is to be sent under a request rate, in nanoseconds from the start:
   * the gaps are exponential draws.
   */
  long[] arrivals() {
    SplittableRandom random = new SplittableRandom(seed);
    long[] arrivals = new long[requests];
    double seconds = 0;
    for (int i = 0; i < requests; i++) {
      arrivals[i] = (long) (seconds * 1e9);
      seconds -= Math.log1p(-random.nextDouble()) / requestRate.getAsDouble();
    }
    return arrivals;
  }
}
