package org.tune4j.rlhf.advantage;

/** Where the score of a whole response stands among the rewards of its tokens. */
public enum ScorePlacement {
  /** At the last token, as the textbooks have it. */
  LAST_TOKEN,
  /**
   * At the place behind it, if the longest response allowed has one: TRL's {@code PPOTrainer}. The
   * state behind the response then has a value too, which is learned.
   */
  AFTER_LAST_TOKEN;

  /**
   * How many rewards and values a response has.
   *
   * @param tokens of the response
   * @param most tokens that a response may have
   */
  public int positions(int tokens, int most) {
    return this == AFTER_LAST_TOKEN && tokens < most ? tokens + 1 : tokens;
  }
}
