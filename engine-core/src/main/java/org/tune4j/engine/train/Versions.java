package org.tune4j.engine.train;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tune4j.engine.EngineBugException;
import org.tune4j.engine.tensor.NativeGate;

/** The versions of what a run runs on. */
public final class Versions {
  private Versions() {}

  /** Version by name: of tune4j, libtorch, Java, the operating system; and its processors. */
  public static Map<String, String> current() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("tune4j", tune4j());
    versions.put("libtorch", NativeGate.libraryVersion());
    versions.put("java", System.getProperty("java.runtime.version"));
    versions.put("java_vendor", System.getProperty("java.vendor"));
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    versions.put("arch", System.getProperty("os.arch"));
    versions.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
    return versions;
  }

  private static String tune4j() {
    try (InputStream in = Versions.class.getResourceAsStream("/org/tune4j/engine/version.txt")) {
      if (in == null) {
        throw new EngineBugException("version.txt is not among the resources");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new EngineBugException("version.txt cannot be read", e);
    }
  }
}
