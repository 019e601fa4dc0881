package org.tune4j.testdata;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Reads resources of this package. */
final class TestResources {
  private TestResources() {}

  static byte[] bytes(String name) throws IOException {
    try (InputStream in = TestResources.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("The resource " + name + " is missing.");
      }
      return in.readAllBytes();
    }
  }

  static List<String> lines(String name) throws IOException {
    return new String(bytes(name), StandardCharsets.UTF_8).lines().toList();
  }
}
