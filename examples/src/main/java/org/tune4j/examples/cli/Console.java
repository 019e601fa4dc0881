package org.tune4j.examples.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import org.tune4j.engine.EngineBugException;

/**
 * Where a command reads and writes.
 *
 * @param in what the user types
 * @param out results, and nothing else
 * @param err what is said to a human
 * @param terminal whether {@code err} is a terminal that can move its cursor
 */
public record Console(InputStream in, PrintStream out, PrintStream err, boolean terminal) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The process's own streams. */
  public static Console standard() {
    return new Console(System.in, System.out, System.err, System.console() != null);
  }

  /** Says something to the human. */
  public void say(String text) {
    err.println(text);
  }

  /** A result as one line of JSON. */
  public void json(Map<String, ?> object) {
    try {
      out.println(JSON.writeValueAsString(object));
      out.flush();
    } catch (JsonProcessingException e) {
      throw new EngineBugException("A result cannot be written as JSON: " + e.getMessage(), e);
    }
  }
}
