package org.tune4j.eval.judge;

/** A model that answers; several threads ask at once. */
@FunctionalInterface
public interface ChatModel {
  /**
   * Asks it.
   *
   * @throws EndpointException if there is no reply
   */
  ChatReply reply(ChatPrompt prompt);
}
