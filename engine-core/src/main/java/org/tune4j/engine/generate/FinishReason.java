package org.tune4j.engine.generate;

/** Why a text was not continued further. */
public enum FinishReason {
  /** The model chose a token that ends the text. */
  END_OF_TEXT,
  /** One of the texts that were to stop it stands in it. */
  STOP_STRING,
  /** The text has as many new tokens as were allowed. */
  LENGTH
}
