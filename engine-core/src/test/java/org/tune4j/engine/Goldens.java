package org.tune4j.engine;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/**
 * Finds the reference values. They lie in {@code shared/goldens} beside the repository or beside a
 * folder above it; the system property {@code tune4j.goldens} names another place.
 */
public final class Goldens {
  private Goldens() {}

  /**
   * The folder of that name below the goldens; the calling test counts as skipped where there are
   * none.
   */
  public static Path folder(String name) {
    Path folder = root().resolve(name);
    Assumptions.assumeTrue(Files.isDirectory(folder), () -> "no reference values at " + folder);
    return folder;
  }

  private static Path root() {
    String property = System.getProperty("tune4j.goldens");
    if (property != null) {
      return Path.of(property);
    }
    Path above = Path.of("").toAbsolutePath();
    while (above != null && !Files.isDirectory(above.resolve("shared/goldens"))) {
      above = above.getParent();
    }
    return above == null ? Path.of("shared/goldens") : above.resolve("shared/goldens");
  }
}
