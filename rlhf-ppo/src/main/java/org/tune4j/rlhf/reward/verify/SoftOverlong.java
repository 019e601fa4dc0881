package org.tune4j.rlhf.reward.verify;

import java.util.function.ToIntFunction;
import org.tune4j.engine.ConfigException;
import org.tune4j.engine.data.source.Row;
import org.tune4j.rlhf.reward.Reward;

/**
 * 0 for a response that is short enough, falling to -1 over the last {@code softPunishCache} of the
 * length that is allowed, and -1 beyond it: DAPO's eq. 13, TRL's {@code
 * get_soft_overlong_punishment}.
 *
 * @param maxCompletionLen the length that is allowed
 * @param softPunishCache over how much of it the punishment grows
 * @param length of a response: in characters, or in tokens of some tokenizer
 */
public record SoftOverlong(int maxCompletionLen, int softPunishCache, ToIntFunction<String> length)
    implements Reward {
  public SoftOverlong {
    if (softPunishCache < 0 || softPunishCache > maxCompletionLen) {
      throw new ConfigException(
          "soft_punish_cache: wanted 0 to max_completion_len = %d, found %d"
              .formatted(maxCompletionLen, softPunishCache));
    }
  }

  @Override
  public double score(String prompt, String response, Row row) {
    int over = length.applyAsInt(response) - (maxCompletionLen - softPunishCache);
    if (over <= 0) {
      return 0;
    }
    return over > softPunishCache ? -1 : -(double) over / softPunishCache;
  }
}
