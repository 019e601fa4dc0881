package org.tune4j.rlhf.reward.verify;

/**
 * How a program under test did.
 *
 * @param message what it failed by; empty if it passed
 */
public record SandboxResult(Outcome outcome, String message) {
  /** How it ended. */
  public enum Outcome {
    /** The test's main method returned. */
    PASSED,
    /** It threw. */
    FAILED,
    /** It does not compile. */
    NOT_COMPILED,
    /** The process ended before the test did: by {@code System.exit}, or for want of memory. */
    ENDED,
    /** It took too long. */
    TIMED_OUT,
    /** It printed too much. */
    PRINTED_TOO_MUCH
  }
}
