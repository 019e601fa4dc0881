package org.tune4j.engine.tokenize.jinja;

import org.tune4j.engine.DataException;

/** A template refuses what it was given, by {@code raise_exception}. */
public final class TemplateRefusal extends DataException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  TemplateRefusal(Object where, int line, String reason) {
    super(where + ", line " + line + ": the chat template refuses this conversation: " + reason);
    this.reason = reason;
  }

  /** What the template says about it, word for word. */
  public String reason() {
    return reason;
  }
}
