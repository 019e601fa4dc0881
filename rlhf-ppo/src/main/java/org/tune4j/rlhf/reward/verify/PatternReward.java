package org.tune4j.rlhf.reward.verify;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.source.Row;
import org.tune4j.rlhf.reward.Reward;

/**
 * 1 for a response that a regular expression matches as a whole, else 0. One that takes for ever is
 * ended by the scorer's time-out.
 */
public final class PatternReward implements Reward {
  private final Pattern pattern;

  /**
   * A reward.
   *
   * @param expression in Java's syntax
   * @throws ConfigException if it is none
   */
  public PatternReward(String expression) {
    try {
      this.pattern = Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw new ConfigException("reward: not a regular expression: " + e.getMessage(), e);
    }
  }

  /** Reasoning between {@code <think>} tags, then the answer: TRL's {@code think_format_reward}. */
  public static PatternReward thinkFormat() {
    return new PatternReward("(?sm)<think>(?!.*<think>)(.*?)</think>.*");
  }

  @Override
  public double score(String prompt, String response, Row row) {
    return pattern.matcher(new InterruptibleText(response)).matches() ? 1 : 0;
  }
}
