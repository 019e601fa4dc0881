package org.tune4j.engine.data.form;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** One side of an example: text as it stands, or turns of a conversation. */
public sealed interface Turns {
  /** Nothing. */
  Turns NONE = new Plain("");

  /** Whether there is nothing in it. */
  boolean isEmpty();

  /** Text as it stands. */
  record Plain(String text) implements Turns {
    @Override
    public boolean isEmpty() {
      return text.isEmpty();
    }
  }

  /**
   * Messages with the keys that chat templates know: {@code role}, {@code content}, {@code
   * tool_calls}, {@code reasoning_content} and whatever else a template reads.
   */
  record Messages(List<ObjectNode> messages) implements Turns {
    public Messages {
      messages = List.copyOf(messages);
    }

    @Override
    public boolean isEmpty() {
      return messages.isEmpty();
    }
  }
}
