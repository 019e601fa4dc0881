package org.tune4j.eval.judge;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/** How long to wait before one request is sent again. */
final class RetryDelay {
  private static final long FIRST_MILLIS = 1000;
  private static final long LONGEST_MILLIS = Duration.ofMinutes(5).toMillis();

  private final int attempts;
  private int made;

  /** Of a request that is sent so many times at most. */
  RetryDelay(int attempts) {
    this.attempts = attempts;
  }

  /** Whether a status may be another one the next time. */
  static boolean isPassing(int status) {
    return status == 408 || status == 429 || status >= 500;
  }

  /**
   * Milliseconds to wait.
   *
   * @param failure is thrown when it was sent often enough, or is to wait too long
   * @param retryAfter the header: seconds, or a date
   */
  long next(EndpointException failure, Optional<String> retryAfter) {
    made++;
    if (made >= attempts) {
      throw failure;
    }
    long millis = retryAfter.flatMap(RetryDelay::millis).orElse(FIRST_MILLIS << (made - 1));
    if (millis > LONGEST_MILLIS) {
      throw failure;
    }
    return millis;
  }

  private static Optional<Long> millis(String header) {
    String text = header.strip();
    try {
      if (text.matches("\\d{1,9}")) {
        return Optional.of(Long.parseLong(text) * 1000);
      }
      Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      return Optional.of(Math.max(0, Duration.between(Instant.now(), date).toMillis()));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
