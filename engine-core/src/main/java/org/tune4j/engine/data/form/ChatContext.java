package org.tune4j.engine.data.form;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * What a row gives a chat template besides messages.
 *
 * @param tools column {@code tools}: what may be called
 * @param documents column {@code documents}: what may be quoted
 * @param variables column {@code chat_template_kwargs}: further variables of the template
 */
public record ChatContext(
    Optional<ArrayNode> tools, Optional<ArrayNode> documents, Optional<ObjectNode> variables) {
  /** Nothing but messages. */
  public static final ChatContext NONE =
      new ChatContext(Optional.empty(), Optional.empty(), Optional.empty());
}
