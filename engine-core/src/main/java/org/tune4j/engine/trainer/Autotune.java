package org.tune4j.engine.trainer;

import java.nio.file.Path;
import java.time.Duration;
import org.tune4j.engine.ConfigException;

/**
 * That a run is to be tuned before it begins: a few updates are made in several ways, on copies of
 * what is trained, and the fastest is taken; later runs of the same kind on the same machine take
 * it without trying.
 *
 * @param file where choices are kept; made when it is not there
 * @param budget nothing more is tried once this has passed; the way that was asked for is always
 */
public record Autotune(Path file, Duration budget) {
  private static final Duration USUAL = Duration.ofMinutes(1);

  public Autotune {
    if (budget.isNegative()) {
      throw new ConfigException("autotune: wanted a budget of 0 or above, found " + budget);
    }
  }

  /** Within a minute. */
  public Autotune(Path file) {
    this(file, USUAL);
  }

  /** Where a user's choices are kept by default: {@code tune4j/autotune.json} in their cache. */
  public static Path userFile() {
    String cache = System.getenv("XDG_CACHE_HOME");
    Path folder =
        cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache);
    return folder.resolve("tune4j").resolve("autotune.json");
  }
}
