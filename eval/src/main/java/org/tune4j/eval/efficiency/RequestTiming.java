package org.tune4j.eval.efficiency;

import java.util.OptionalLong;

/**
 * When a request was sent and answered, in nanoseconds of one clock. The array belongs to this
 * record and is not to be changed.
 *
 * @param sent when the client sent it; under a request rate, when it was to be sent
 * @param tokens when each token of its answer reached the client; none where the answer is a label
 * @param done when the answer was whole
 */
public record RequestTiming(long sent, long[] tokens, long done) {
  /** End-to-end latency, the time that it waited for others included. */
  public long latency() {
    return done - sent;
  }

  /** TTFT, waiting and the prompt's computation included; empty where no token came. */
  public OptionalLong timeToFirstToken() {
    return tokens.length == 0 ? OptionalLong.empty() : OptionalLong.of(tokens[0] - sent);
  }

  /**
   * TPOT: the time after the first token, by the tokens after it; empty where there is none. Also
   * called the inter-token latency of a request.
   */
  public OptionalLong timePerOutputToken() {
    int after = tokens.length - 1;
    return after < 1
        ? OptionalLong.empty()
        : OptionalLong.of(Math.round((double) (tokens[after] - tokens[0]) / after));
  }

  /** ITL: the time from each token to the next. */
  public long[] interTokenLatencies() {
    long[] gaps = new long[Math.max(0, tokens.length - 1)];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = tokens[i + 1] - tokens[i];
    }
    return gaps;
  }
}
