package org.tune4j.eval.judge;

import java.util.Set;
import org.tune4j.engine.Tune4jException;

/** An endpoint gave no reply; names its address, the HTTP status and what it said. */
public class EndpointException extends Tune4jException {
  /**
   * Statuses that speak of one request, such as a prompt that is too long. Servers are known to say
   * so with a 500.
   */
  private static final Set<Integer> OF_REQUEST = Set.of(200, 400, 413, 422, 500);

  private final String url;
  private final int status;

  /**
   * No reply.
   *
   * @param status of HTTP; 0 if there was no answer
   */
  public EndpointException(String url, int status, String what, Throwable cause) {
    super(url + ": " + (status == 0 ? "" : "status " + status + ": ") + what, cause);
    this.url = url;
    this.status = status;
  }

  /** Where it was asked. */
  public String url() {
    return url;
  }

  /** The HTTP status; 0 if there was no answer. */
  public int status() {
    return status;
  }

  /** Whether the trouble lies in this request, so that others may still be answered. */
  public boolean isOfRequest() {
    return OF_REQUEST.contains(status);
  }
}
